// Runs in the report's page: draws its figures with Chart.js from the JSON beside it, in the colours of the style sheet.
const data = JSON.parse(document.getElementById('figures').textContent);
const root = document.documentElement;
const { Chart } = window;

Object.assign(Chart.defaults, { animation: false, maintainAspectRatio: false, normalized: true });
Object.assign(Chart.defaults.font, { family: 'system-ui, -apple-system, "Segoe UI", sans-serif', size: 12 });
Chart.defaults.plugins.legend.display = false;

const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
/** A colour of the style sheet, which are all of the form #rrggbb, with this opacity. */
const faded = (name, opacity) =>
  colour(name) +
  Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0');
const decimal = (value, digits = 2) => value.toLocaleString('en', { maximumFractionDigits: digits });

/** Names get a fifth of the plot at most, so that the figure stays one on a telephone. */
function shortened(name, width) {
  const most = Math.max(8, Math.floor(width / 5 / 7));
  const points = [...name];
  return points.length > most ? `${points.slice(0, most - 1).join('')}…` : name;
}

/** Height of one bank's row, so that a hundred of them are still one figure. */
const rowHeight = (rows) => (rows <= 6 ? 46 : rows <= 16 ? 34 : rows <= 40 ? 16 : rows <= 128 ? 8 : 5);

/** Pixels between two names, so that they do not touch. */
const NAME_HEIGHT = 14;

/** The rows that get their names, as many as there is room for: first those with a mark, then from the top. */
function namedRows(marks, row) {
  const apart = Math.ceil(NAME_HEIGHT / row);
  const named = [];
  const add = (i) => {
    if (named.every((other) => Math.abs(other - i) >= apart)) named.push(i);
  };
  for (const [i, mark] of marks.entries()) if (mark !== '') add(i);
  for (const i of marks.keys()) add(i);
  return named.sort((a, b) => a - b);
}

/** An axis with a row for each name, `row` pixels high. `marks` has a character for each row, or none. */
function rowAxis(names, row, marks = names.map(() => ''), strong = () => false) {
  return {
    type: 'linear',
    min: -0.7,
    max: names.length - 0.3,
    reverse: true,
    border: { display: false },
    grid: { color: faded('line', 0.6), drawTicks: false },
    afterBuildTicks: (axis) => {
      axis.ticks = namedRows(marks, row).map((value) => ({ value }));
    },
    ticks: {
      autoSkip: false,
      padding: marks.some((mark) => mark !== '') ? MARK_WIDTH : 8,
      color: ({ tick }) => colour(strong(tick.value) ? 'ink' : 'soft'),
      callback(value) {
        return shortened(names[value] ?? '', this.chart.width);
      },
    },
  };
}

/** Pixels between the names and the plot, in which every row has its mark, whether there is room for its name or not. */
const MARK_WIDTH = 22;
/** The colours of the terminal. */
const MARK_COLOURS = { '✘': 'red', '≠': 'amber', '…': 'amber', '·': 'soft' };

const rowMarks = (marks, row) => ({
  id: 'rowMarks',
  afterDraw({ ctx, chartArea, scales }) {
    ctx.save();
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    for (const [i, mark] of marks.entries()) {
      if (mark === '') continue;
      // The dot of a silent bank is small in every font.
      const size = Math.min(13, row + 3) * (mark === '·' ? 1.8 : 1);
      ctx.font = `bold ${size}px ${Chart.defaults.font.family}`;
      ctx.fillStyle = colour(MARK_COLOURS[mark] ?? 'ink');
      ctx.fillText(mark, chartArea.left - MARK_WIDTH / 2, scales.y.getPixelForValue(i));
    }
    ctx.restore();
  },
});

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
function powerOfTen(value) {
  const power = Math.round(Math.log10(value));
  if (Math.abs(value / 10 ** power - 1) > 1e-9) return null;
  const unit = Math.min(UNITS.length - 1, Math.floor(power / 3));
  return `${10 ** (power - 3 * unit)} ${UNITS[unit]}`;
}

/** Pixels of a size on an axis, with what keeps it apart from the next; names of rows take a third of the figure. */
const SIZE_WIDTH = 80;

function byteAxis(sizes) {
  const positive = sizes.filter((size) => size > 0);
  const low = Math.floor(Math.log10(Math.min(...positive)));
  const high = Math.ceil(Math.log10(Math.max(...positive)));
  return {
    type: 'logarithmic',
    min: 10 ** low,
    max: 10 ** Math.max(low + 1, high),
    border: { display: false },
    grid: { color: faded('line', 0.8), drawTicks: false },
    afterBuildTicks: (axis) => {
      axis.ticks = Array.from({ length: Math.max(1, high - low) + 1 }, (_, i) => ({
        value: 10 ** (low + i),
      }));
    },
    // Every line is kept, so that each is ten times the one before; only names are left out where they would touch.
    ticks: {
      color: colour('soft'),
      padding: 8,
      maxRotation: 0,
      autoSkip: false,
      callback(value, i, { length }) {
        const every = Math.ceil((length * SIZE_WIDTH) / this.chart.width);
        return i % every === 0 ? powerOfTen(value) : '';
      },
    },
  };
}

/** A tooltip whose lines are kept beside the points. */
const tooltip = (linesOf) => ({
  displayColors: false,
  backgroundColor: colour('ink'),
  titleColor: colour('card'),
  bodyColor: colour('card'),
  padding: 10,
  callbacks: { title: () => '', label: ({ dataset, dataIndex }) => linesOf(dataset, dataIndex) },
});

/** Vertical lines at sizes that the whole run is compared with. */
const references = (lines) => ({
  id: 'references',
  beforeDatasetsDraw({ ctx, chartArea, scales }) {
    ctx.save();
    ctx.setLineDash([5, 4]);
    ctx.lineWidth = 1.5;
    for (const { bytes, colour: name } of lines) {
      const x = scales.x.getPixelForValue(bytes);
      ctx.strokeStyle = colour(name);
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
    }
    ctx.restore();
  },
});

/** The text of every point, right of it; left where it would leave the figure. */
const labels = {
  id: 'labels',
  afterDatasetsDraw(chart) {
    const { ctx } = chart;
    ctx.save();
    ctx.font = `12px ${Chart.defaults.font.family}`;
    ctx.textBaseline = 'middle';
    const points = chart.getDatasetMeta(0).data;
    for (const [i, { x, y }] of points.entries()) {
      const text = chart.data.datasets[0].texts[i];
      const isLeft = x + 12 + ctx.measureText(text).width > chart.width;
      const width = ctx.measureText(text).width;
      const left = isLeft ? x - 12 - width : x + 12;
      ctx.fillStyle = colour('card');
      ctx.fillRect(left - 3, y - 8, width + 6, 16);
      ctx.fillStyle = colour('soft');
      ctx.fillText(text, left, y);
    }
    ctx.restore();
  },
};

/** Bank by time: what was sent when, and, where the links are told apart, when it arrived where. */
function timeline({ names, marks, deltaMs, endMs, linked, steps, flows }, shown) {
  const row = rowHeight(names.length);
  const largest = Math.max(1, ...flows.map(([, , , , , , bytes]) => Math.log10(1 + bytes)));
  const room = Math.min(row * 0.42, root.clientWidth < 600 ? 5 : 7);
  const dot = (bytes) => Math.max(1.2, (room * Math.log10(1 + bytes)) / largest);
  const dense = flows.length > 400;
  const datasets = [...new Set(steps.map(({ phase }) => phase))]
    .filter((phase) => shown.has(phase))
    .map((phase) => {
      const own = flows.filter(([step]) => steps[step].phase === phase);
      const gap = { x: Number.NaN, y: Number.NaN };
      return {
        own,
        data: own.flatMap(([, from, to, sent, arrived]) => [
          { x: sent / deltaMs, y: from },
          { x: arrived / deltaMs, y: linked ? to : from },
          gap,
        ]),
        showLine: true,
        spanGaps: false,
        borderColor: faded(phase, linked ? (dense ? 0.35 : 0.6) : 0.32),
        borderWidth: linked ? 1.25 : Math.max(2, row * 0.35),
        backgroundColor: faded(phase, linked ? 1 : 0.75),
        pointBorderWidth: 0,
        // The dot is where the bytes are: at the receiver, or at the sender of what goes to many.
        pointRadius: ({ dataIndex: i }) => (i % 3 === (linked ? 1 : 0) ? dot(own[Math.floor(i / 3)][6]) : 0),
        pointHitRadius: 4,
        pointHoverRadius: ({ dataIndex: i }) =>
          i % 3 === (linked ? 1 : 0) ? dot(own[Math.floor(i / 3)][6]) + 2 : 0,
      };
    });
  const told = ({ own }, i) => {
    const [step, from, to, sent, arrived, messages, bytes] = own[Math.floor(i / 3)];
    const receiver = to < 0 ? 'several banks' : names[to];
    return [
      `${steps[step].name}: ${names[from]} → ${receiver}`,
      `sent at ${decimal(sent / deltaMs)} Δ, arrived by ${decimal(arrived / deltaMs)} Δ`,
      `${decimal(bytes)} bytes in ${decimal(messages)} ${messages === 1 ? 'message' : 'messages'}`,
    ];
  };
  return {
    height: 62 + row * names.length,
    type: 'scatter',
    data: { datasets },
    plugins: [rowMarks(marks, row)],
    options: {
      interaction: { mode: 'nearest', intersect: true },
      scales: {
        x: {
          type: 'linear',
          min: 0,
          max: Math.max(1, Math.ceil((endMs / deltaMs) * 2 + 0.1) / 2),
          border: { display: false },
          grid: { color: faded('line', 0.8), drawTicks: false },
          title: {
            display: true,
            text: `time since the epoch began, in Δ of ${decimal(deltaMs)} ms`,
            color: colour('soft'),
          },
          ticks: { color: colour('soft'), padding: 8, maxRotation: 0, callback: (value) => decimal(value) },
        },
        y: rowAxis(names, row, marks),
      },
      plugins: { tooltip: { ...tooltip(told), filter: (_, index) => index === 0 } },
    },
  };
}

/** All keys as one bar, and those that are not unanimous, enlarged, as another. */
function keys({ bars, parts }) {
  return {
    height: 46 + 46 * bars.length,
    type: 'bar',
    data: {
      labels: bars,
      datasets: parts.map(({ shares, colour: name, texts }) => ({
        data: shares,
        texts,
        backgroundColor: colour(name),
        borderColor: colour('card'),
        borderWidth: { left: 0, right: 2 },
        borderSkipped: false,
        barThickness: 26,
      })),
    },
    options: {
      indexAxis: 'y',
      scales: {
        x: {
          stacked: true,
          min: 0,
          max: 100,
          border: { display: false },
          grid: { display: false },
          ticks: { color: colour('soft'), callback: (value) => `${value} %`, maxRotation: 0, padding: 4 },
        },
        y: {
          stacked: true,
          border: { display: false },
          grid: { display: false },
          ticks: { color: colour('soft') },
        },
      },
      plugins: { tooltip: tooltip(({ texts }, i) => texts[i]) },
    },
  };
}

const STEP_HEIGHT = 26;

/** Bytes of every step on a logarithmic axis, beside what the whole run is compared with. */
function steps({ rows, lines }) {
  return {
    height: 40 + STEP_HEIGHT * rows.length,
    type: 'scatter',
    data: {
      datasets: [
        {
          data: rows.map(({ bytes }, y) => ({ x: bytes, y })),
          texts: rows.map(({ text }) => text),
          told: rows.map(({ told }) => told),
          backgroundColor: rows.map(({ colour: name }) => colour(name)),
          pointRadius: 6,
          pointHoverRadius: 7,
          pointBorderWidth: 0,
        },
      ],
    },
    plugins: [references(lines), labels],
    options: {
      layout: { padding: { right: 64 } },
      scales: {
        x: byteAxis([...rows.map(({ bytes }) => bytes), ...lines.map(({ bytes }) => bytes)]),
        y: rowAxis(
          rows.map(({ name }) => name),
          STEP_HEIGHT,
          undefined,
          (i) => i === 0,
        ),
      },
      plugins: { tooltip: tooltip(({ told }, i) => told[i]) },
    },
  };
}

/** What every bank sent and received, beside naive broadcast and the lower bound. */
function banks({ names, marks, series }) {
  const row = Math.min(28, rowHeight(names.length));
  return {
    height: 40 + row * names.length,
    type: 'scatter',
    plugins: [rowMarks(marks, row)],
    data: {
      datasets: series.map(({ sizes, told, colour: name, point }) => ({
        data: sizes.flatMap((x, y) => (x > 0 ? [{ x, y }] : [])),
        told: told.filter((_, i) => sizes[i] > 0),
        backgroundColor: colour(name),
        pointStyle: point,
        pointRadius: Math.min(6, Math.max(2.5, row * 0.4)),
        pointHoverRadius: 7,
        pointBorderWidth: 0,
      })),
    },
    options: {
      layout: { padding: { right: 16 } },
      scales: { x: byteAxis(series.flatMap(({ sizes }) => sizes)), y: rowAxis(names, row, marks) },
      plugins: { tooltip: tooltip(({ told }, i) => told[i]) },
    },
  };
}

const FIGURES = { timeline, keys, steps, banks };
const phaseButtons = [...document.querySelectorAll('[data-phase]')];
const shownPhases = () =>
  new Set(
    phaseButtons
      .filter((button) => button.getAttribute('aria-pressed') === 'true')
      .map((button) => button.dataset.phase),
  );
let charts = [];

function draw() {
  for (const chart of charts) chart.destroy();
  charts = [...document.querySelectorAll('canvas[data-figure]')].map((canvas) => {
    const name = canvas.dataset.figure;
    const { height, ...configuration } = FIGURES[name](data[name], shownPhases());
    canvas.parentElement.style.height = `${height}px`;
    return new Chart(canvas, configuration);
  });
}

// Without this script they would do nothing, and are not shown.
for (const legend of document.querySelectorAll('.legend[hidden]')) legend.hidden = false;
for (const button of phaseButtons)
  button.addEventListener('click', () => {
    button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
    draw();
  });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
// Paper is light whatever the screen is.
addEventListener('beforeprint', () => {
  root.dataset.print = '';
  draw();
});
addEventListener('afterprint', () => {
  delete root.dataset.print;
  draw();
});
draw();
