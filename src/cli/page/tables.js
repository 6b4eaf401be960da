// Runs in the report's page: makes its tables sortable by their headers, and searchable where they have a search box.
const collator = new Intl.Collator('en', { numeric: true });

/** What a cell sorts by: figures come before texts, and ids, which are hexadecimal and no numbers, after them. */
function sortValue(row, column) {
  const { dataset, textContent } = row.cells[column];
  if (dataset.value !== undefined) return { rank: 0, value: Number(dataset.value) };
  return { rank: dataset.id === undefined ? 1 : 2, value: textContent };
}

function compare(a, b) {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.rank === 1) return collator.compare(a.value, b.value);
  return a.value < b.value ? -1 : Number(a.value > b.value);
}

/** Cells of a table whose rows become cards on a narrow screen: each says what it is, and what it is to screen readers. */
function makeStackable(table) {
  const titles = [...table.tHead.rows[0].cells].map(({ textContent }) => textContent);
  table.setAttribute('role', 'table');
  for (const part of [table.tHead, ...table.tBodies]) part.setAttribute('role', 'rowgroup');
  for (const row of table.rows) {
    row.setAttribute('role', 'row');
    for (const [i, cell] of [...row.cells].entries()) {
      if (cell.tagName === 'TD') cell.dataset.title = titles[i];
      cell.setAttribute('role', cell.tagName === 'TD' ? 'cell' : 'columnheader');
    }
  }
}

function makeSortable(table) {
  const headers = [...table.tHead.rows[0].cells];
  for (const [column, header] of headers.entries()) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener('click', () => {
      const direction = header.getAttribute('aria-sort') === 'ascending' ? 'descending' : 'ascending';
      for (const other of headers) other.removeAttribute('aria-sort');
      header.setAttribute('aria-sort', direction);
      const sign = direction === 'ascending' ? 1 : -1;
      const rows = [...table.tBodies[0].rows].map((row) => ({ row, value: sortValue(row, column) }));
      rows.sort((a, b) => sign * compare(a.value, b.value));
      table.tBodies[0].append(...rows.map(({ row }) => row));
    });
  }
}

function makeSearchable(form) {
  const table = document.getElementById(form.dataset.searches);
  const rows = [...table.tBodies[0].rows].map((row) => ({ row, text: row.textContent.toLowerCase() }));
  const box = form.querySelector('input');
  const states = form.querySelector('select');
  const count = form.querySelector('output');
  const apply = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text } of rows) {
      const isShown =
        words.every((word) => text.includes(word)) && (!states?.value || row.dataset.state === states.value);
      row.hidden = !isShown;
      if (isShown) shown++;
    }
    count.textContent = `${shown.toLocaleString('en')} of ${rows.length.toLocaleString('en')} shown`;
  };
  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;
  apply();
}

for (const table of document.querySelectorAll('table.stacks')) makeStackable(table);
for (const table of document.querySelectorAll('table[data-sortable]')) makeSortable(table);
for (const form of document.querySelectorAll('form[data-searches]')) makeSearchable(form);
for (const button of document.querySelectorAll('button[data-copies]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const code = document.getElementById(button.dataset.copies);
    // A page from a file may have no clipboard, or no right to write to it: then the text is selected.
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(code);
    }
  });
}
