// Runs in the report's page: makes its tables sortable by their headers, and searchable where they have a search box.
const collator = new Intl.Collator('en', { numeric: true });
const sortValue = (row, column) => {
  const cell = row.cells[column];
  return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
};

function compare(a, b) {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
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

for (const table of document.querySelectorAll('table[data-sortable]')) makeSortable(table);
for (const form of document.querySelectorAll('form[data-searches]')) makeSearchable(form);
for (const button of document.querySelectorAll('button[data-copies]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const code = document.getElementById(button.dataset.copies);
    // Pages opened from a file may not be allowed to write to the clipboard: then the text is selected.
    await navigator.clipboard?.writeText(code.textContent).then(
      () => {
        button.textContent = 'Copied';
      },
      () => getSelection().selectAllChildren(code),
    );
  });
}
