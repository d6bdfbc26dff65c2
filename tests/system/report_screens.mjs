// Opens a report in headless Chromium as people would, and fails on anything they should not meet.
//
//   node tests/system/report_screens.mjs REPORT.html OUT_DIR
//
// At 390 and 1280 pixels, light and dark; on paper (OUT_DIR/report.pdf); and without JavaScript. Fails
// on console messages, requests to anywhere, a page wider than the screen, pictures that are not
// drawn or have no name, serious or critical findings of axe, and numbers that cannot be seen without
// JavaScript. Writes a PNG for each look.
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';
import {pathToFileURL, fileURLToPath} from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const require = createRequire(path.join(root, 'tools/node/package.json'));
const puppeteer = require('puppeteer-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [report, out] = process.argv.slice(2);
if (!report || !out) {
  console.error('usage: report_screens.mjs REPORT.html OUT_DIR');
  process.exit(2);
}
fs.mkdirSync(out, {recursive: true});
const address = pathToFileURL(path.resolve(report)).href;

const problems = [];
const complain = (look, text) => {
  problems.push(text);
  console.error(`${look}: ${text}`);
};

const profile = fs.mkdtempSync(path.join(out, 'profile-'));
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  headless: true,
  userDataDir: profile,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
         '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function open(look, {width, theme, javascript = true}) {
  const page = await browser.newPage();
  await page.setViewport({width, height: 900, deviceScaleFactor: width < 600 ? 2 : 1});
  await page.emulateMediaFeatures([
    {name: 'prefers-color-scheme', value: theme},
    {name: 'prefers-reduced-motion', value: 'reduce'},
  ]);
  await page.setJavaScriptEnabled(javascript);
  await page.setOfflineMode(true);
  page.on('console', (message) => complain(look, `console ${message.type()}: ${message.text()}`));
  page.on('dialog', (dialog) => {
    complain(look, `a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('pageerror', (error) => complain(look, `error: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (url !== address && !url.startsWith('data:') && !url.startsWith('blob:')) {
      complain(look, `asks for ${url}`);
    }
  });
  await page.goto(address, {waitUntil: 'load'});
  if (javascript) await page.waitForSelector('html[data-drawn="true"]', {timeout: 60000});
  return page;
}

async function checkWidth(look, page) {
  const {page: wide, screen} = await page.evaluate(() => ({
    page: document.documentElement.scrollWidth, screen: window.innerWidth,
  }));
  if (wide > screen) complain(look, `the page is ${wide} px wide on a screen of ${screen} px`);
}

async function checkPictures(look, page, theme) {
  const pictures = await page.$$eval('.picture', (boxes, shown) => boxes.map((box) => {
    const svg = box.querySelector(`.${shown} svg`);
    const size = svg ? svg.getBoundingClientRect() : {width: 0, height: 0};
    return {
      figure: box.dataset.figure, width: size.width, height: size.height,
      label: svg ? svg.getAttribute('aria-label') : '', room: box.clientWidth,
    };
  }), theme);
  for (const {figure, width, height, label, room} of pictures) {
    if (width < 200 || height < 100) complain(look, `figure ${figure} is not drawn`);
    if (width > room + 0.5) complain(look, `figure ${figure} is wider than its place`);
    if (!label) complain(look, `figure ${figure} has no name for a screen reader`);
  }
  return pictures.length;
}

async function checkAxe(look, page) {
  // In the page's own world: its content security policy allows inline scripts alone.
  await page.evaluate(axe);
  const {violations} = await page.evaluate(() => window.axe.run(document, {
    resultTypes: ['violations'],
  }));
  for (const {id, impact, help, nodes} of violations) {
    const text = `axe ${impact}: ${id}: ${help}; ${nodes.length} places: ` +
                 nodes.slice(0, 3).map((node) => node.target.join(' ')).join(', ').slice(0, 400);
    if (impact === 'serious' || impact === 'critical') complain(look, text);
    else console.log(`${look}: ${text}`);
  }
}

let pictures = 0;
for (const width of [390, 1280]) {
  for (const theme of ['light', 'dark']) {
    const look = `${width}-${theme}`;
    const page = await open(look, {width, theme});
    await checkWidth(look, page);
    pictures = await checkPictures(look, page, theme);
    await page.screenshot({path: path.join(out, `${look}.png`), fullPage: true});
    // With everything open, tables too must fit and be in order.
    await page.$$eval('details', (all) => all.forEach((one) => { one.open = true; }));
    await checkWidth(`${look}, open`, page);
    await checkAxe(`${look}, open`, page);
    if (theme === 'light') {
      await page.screenshot({path: path.join(out, `${look}-open.png`), fullPage: true});
    }
    await page.close();
  }
}

// From one size and theme to another, as when a window is resized at dusk.
{
  const look = 'changing';
  const page = await open(look, {width: 1280, theme: 'light'});
  await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: 'dark'}]);
  await page.setViewport({width: 390, height: 900});
  await new Promise((resolve) => { setTimeout(resolve, 1500); });
  await checkWidth(look, page);
  await checkPictures(look, page, 'dark');
  await page.close();
}

// On paper, from a dark screen.
{
  const look = 'paper';
  const page = await open(look, {width: 1280, theme: 'dark'});
  await page.pdf({path: path.join(out, 'report.pdf'), format: 'A4', printBackground: false,
                  margin: {top: '15mm', bottom: '15mm', left: '14mm', right: '14mm'}});
  await page.close();
}

// Without JavaScript: no picture, but every table can be seen.
{
  const look = 'no-javascript';
  const page = await open(look, {width: 390, theme: 'light', javascript: false});
  await page.screenshot({path: path.join(out, `${look}.png`), fullPage: true});
  await page.setJavaScriptEnabled(true);  // to look at the page, not for the page
  const hidden = await page.$$eval('table', (tables) => tables.filter(
    (table) => table.getBoundingClientRect().height < 20 ||
               (table.closest('details') && !table.closest('details').open)).length);
  if (hidden > 0) complain(look, `${hidden} tables cannot be seen`);
  await page.close();
}

await browser.close();
fs.rmSync(profile, {recursive: true, force: true});
if (problems.length > 0) {
  console.error(`${problems.length} problems`);
  process.exit(1);
}
console.log(`${pictures} pictures, drawn and named at every size and in both themes; nothing asked ` +
            'for, nothing on the console, nothing serious from axe');
