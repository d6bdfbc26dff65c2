// Runs SQL in DuckDB, in memory. Each line of standard input is {"sql": ...}; each line of standard
// output says how many milliseconds it took, with its rows read, and how many they were.
import { createInterface } from 'node:readline';
import { DuckDBInstance } from '@duckdb/node-api';

const threads = process.argv[2] ?? '2';
const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();

for await (const line of createInterface({ input: process.stdin })) {
  const { sql } = JSON.parse(line);
  const begun = performance.now();
  const result = await connection.runAndReadAll(sql);
  const rows = result.getRows().length;
  console.log(JSON.stringify({ ms: performance.now() - begun, rows }));
}
