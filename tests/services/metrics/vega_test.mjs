// The pictures of golden/*.json are Vega-Lite: they obey its schema, compile without a warning, and
// draw.
//
//   node tests/services/metrics/vega_test.mjs [--out DIR]
//
// --out writes each as SVG, to look at.
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';
import {fileURLToPath, pathToFileURL} from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.resolve(here, '../../../tools/node/node_modules');
const require = createRequire(path.join(modules, '../package.json'));
const load = (file) => import(pathToFileURL(path.join(modules, file)).href);
const vega = await load('vega/build/vega.module.js');
const vegaLite = await load('vega-lite/build/index.js');
const Ajv = require('ajv').default;
const addFormats = require('ajv-formats').default;

require(path.resolve(here, '../../../tools/report/draw.js')).measureText(vega);

const out = process.argv[2] === '--out' ? process.argv[3] : undefined;
if (out) fs.mkdirSync(out, {recursive: true});

const ajv = new Ajv({strict: false, allErrors: false});
addFormats(ajv);
ajv.addFormat('color-hex', () => true);
const schema = path.join(modules, 'vega-lite/build/vega-lite-schema.json');
const obeys = ajv.compile(JSON.parse(fs.readFileSync(schema, 'utf8')));

const problems = [];

function logger(name) {
  const heard = (kind) => (...words) => {
    problems.push(`${name}: ${kind}: ${words.join(' ')}`);
    return log;
  };
  const log = {level: () => log, warn: heard('warning'), error: heard('error'), info: () => log,
               debug: () => log};
  return log;
}

// A null among the data was a number that is none.
function checkData(name, part) {
  if (part === null || typeof part !== 'object') return;
  for (const [key, value] of Object.entries(part)) {
    if (key === 'values' && JSON.stringify(value).includes(':null')) {
      problems.push(`${name}: has a null among its data`);
    }
    checkData(name, value);
  }
}

let count = 0;
for (const file of fs.readdirSync(path.join(here, 'golden')).sort()) {
  if (!file.endsWith('.json')) continue;
  const golden = JSON.parse(fs.readFileSync(path.join(here, 'golden', file), 'utf8'));
  for (const width of [720, 340]) {
    const name = `${path.basename(file, '.json')}-${width}`;
    const spec = golden[`vega_lite_${width}`];
    if (!spec) {
      problems.push(`${name}: is missing`);
      continue;
    }
    count += 1;
    if (!obeys(spec)) {
      problems.push(`${name}: ${ajv.errorsText(obeys.errors.slice(0, 3))}`);
      continue;
    }
    checkData(name, spec);
    const compiled = vegaLite.compile(spec, {logger: logger(name)}).spec;
    const view = new vega.View(vega.parse(compiled), {renderer: 'none', logger: logger(name)});
    const svg = await view.toSVG();
    if (!svg.startsWith('<svg')) problems.push(`${name}: draws nothing`);
    // As wide as it was asked to be, but for text that no layout can foresee.
    const drawn = Number(/ width="([0-9.]+)"/.exec(svg)[1]);
    if (drawn > spec.usermeta.width * 1.06) {
      problems.push(`${name}: is ${drawn} pixels wide, not ${spec.usermeta.width}`);
    }
    if (/NaN/.test(svg)) problems.push(`${name}: has NaN in its picture`);
    if (/<img/.test(svg)) problems.push(`${name}: has markup from the data in its picture`);
    if (out) fs.writeFileSync(path.join(out, `${name}.svg`), svg);
  }
}

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
if (count < 18) {
  console.error(`only ${count} pictures in ${path.join(here, 'golden')}`);
  process.exit(1);
}
console.log(`${count} pictures obey the schema, compile without a warning, and draw`);
