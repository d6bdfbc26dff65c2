// Draws the Vega-Lite specification in spec.json into picture.svg, in Node.js: what `weft` runs for
// files of pictures.
//
// Without a browser nobody can measure text, and Vega takes each character for 0.8 of its size,
// which leaves much empty space beside long lines. These are the widths that the specifications are
// laid out with (TextWidth() of the metrics service): those of DejaVu Sans, a wide face.
'use strict';

const WIDTHS = [
  [/[ijlI'|.,:;! ]/, 0.34],
  [/[ftr()\-/[\]]/, 0.41],
  [/[mwMW%@]/, 0.95],
  [/[A-Z]/, 0.73],
  [/[\x00-\x7f]/, 0.63],
  [/[\u2e80-\u{10ffff}]/u, 1.05],
];
const BOLD = 1.12;

function textWidth(item, text) {
  let width = 0;
  for (const character of text === null || text === undefined ? '' : String(text).trim()) {
    const found = WIDTHS.find(([characters]) => characters.test(character));
    width += found ? found[1] : 0.7;
  }
  const weight = item.fontWeight;
  width *= (item.fontSize || 11) * (weight === 'bold' || weight >= 600 ? BOLD : 1);
  return item.limit > 0 ? Math.min(width, item.limit) : width;
}

function measureText(vega) {
  vega.textMetrics.width = textWidth;
}

async function draw() {
  const fs = require('fs');
  const vega = require('vega');
  const vegaLite = require('vega-lite');
  const spec = JSON.parse(fs.readFileSync('spec.json', 'utf8'));
  spec.background = spec.background || 'white';
  const log = {level: () => log, warn: () => log, info: () => log, debug: () => log,
               error: (...words) => { console.error(...words); return log; }};
  measureText(vega);
  const view = new vega.View(vega.parse(vegaLite.compile(spec, {logger: log}).spec),
                             {renderer: 'none', logger: log});
  fs.writeFileSync('picture.svg', await view.toSVG());
}

module.exports = {measureText};
if (require.main === module) {
  draw().catch((error) => { console.error(String(error)); process.exit(1); });
}
