// Draws the figures, and closes what is open for those without JavaScript. Everything else on the
// page works without this.
(() => {
  'use strict';

  // What Vega cannot take from the style sheet; the figures bring their own palettes.
  const THEMES = {
    light: {ink: '#1d1d1b', grid: '#d8d6cf', axis: '#7b7a75'},
    dark: {ink: '#eeede8', grid: '#3a3f45', axis: '#9a9c9e'},
  };

  // A figure's specification as this page shows it: title and note stand in the page, colours follow
  // the page.
  function adapt(text, theme, room) {
    const spec = JSON.parse(text);
    const {ink, grid, axis} = THEMES[theme];
    delete spec.title;
    const palettes = (spec.usermeta || {}).palettes;
    for (const param of spec.params || []) {
      if (param.name === 'palette' && palettes) param.value = palettes[theme];
    }
    const config = spec.config || {};
    spec.background = 'transparent';
    spec.config = {
      ...config,
      aria: false,
      axis: {...config.axis, labelColor: ink, titleColor: ink, gridColor: grid, domainColor: axis,
             tickColor: axis},
      legend: {...config.legend, labelColor: ink, titleColor: ink},
      header: {...config.header, labelColor: ink, titleColor: ink},
      text: {...config.text, color: ink},
    };
    // Pictures that fit themselves to a width get all the width there is.
    if (spec.autosize && typeof spec.width === 'number') spec.width = room;
    return spec;
  }

  // The widest that fits, else the narrowest. A little too wide is scaled down by the style sheet.
  function choose(variants, room) {
    return variants.filter((variant) => variant.width <= room * 1.04).pop() || variants[0];
  }

  function bare(element) {
    for (const name of ['role', 'aria-roledescription', 'aria-label']) element.removeAttribute(name);
  }

  const figures = [...document.querySelectorAll('.picture')].map((box) => {
    const scripts = document.querySelectorAll(`script.spec[data-figure="${box.dataset.figure}"]`);
    const variants = [...scripts].map(({textContent}) => ({
      text: textContent,
      width: (JSON.parse(textContent).usermeta || {}).width || 720,
    }));
    variants.sort((a, b) => a.width - b.width);
    return {box, variants, rooms: {}};
  });

  async function draw({box, variants, rooms}, theme, room) {
    if (rooms[theme] === room || variants.length === 0) return;
    rooms[theme] = room;
    const spec = adapt(choose(variants, room).text, theme, room);
    const plot = document.createElement('div');
    plot.className = theme;
    const view = new vega.View(vega.parse(vegaLite.compile(spec).spec),
                               {renderer: 'svg', container: plot, hover: false});
    await view.runAsync();
    const picture = plot.querySelector('svg');
    // One picture with one name: a screen reader need not walk through its marks; the table is better.
    for (const part of plot.querySelectorAll('[role], [aria-roledescription]')) bare(part);
    bare(plot);
    picture.setAttribute('role', 'img');
    picture.setAttribute('aria-label', box.dataset.alt);
    // Another drawing may have started meanwhile: the newest wins.
    if (rooms[theme] !== room) return;
    const old = box.querySelector(`:scope > .${theme}`);
    if (old) old.replaceWith(plot); else box.append(plot);
  }

  const dark = window.matchMedia('(prefers-color-scheme: dark)');

  async function drawAll() {
    // Light is always there, for paper.
    const themes = dark.matches ? ['dark', 'light'] : ['light'];
    for (const figure of figures) {
      const room = Math.floor(figure.box.clientWidth);
      for (const theme of themes) if (room > 0) await draw(figure, theme, room);
    }
    document.documentElement.dataset.drawn = 'true';
  }

  for (const details of document.querySelectorAll('details')) {
    details.open = details.matches('.counted') && window.innerWidth >= 700;
  }
  // Only what scrolls needs to be reached with the keyboard.
  function markScrollers() {
    for (const box of document.querySelectorAll('.scroll')) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute('tabindex');
    }
  }
  // The width of the smallest usual sheet between its margins, in pixels of CSS.
  const PAPER = 680;
  let opened = [];
  window.addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details:not([open])')];
    for (const details of opened) details.open = true;
    // Paper does not scroll: what is too wide for it becomes smaller.
    for (const table of document.querySelectorAll('.scroll table')) {
      const scale = PAPER / table.getBoundingClientRect().width;
      if (scale < 1) table.style.zoom = scale;
    }
  });
  window.addEventListener('afterprint', () => {
    for (const details of opened) details.open = false;
    for (const table of document.querySelectorAll('.scroll table')) table.style.zoom = '';
  });
  document.addEventListener('toggle', markScrollers, true);

  let timer = 0;
  new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(() => { drawAll(); markScrollers(); }, 120);
  }).observe(document.querySelector('main'));
  dark.addEventListener('change', drawAll);
  drawAll().then(markScrollers);
})();
