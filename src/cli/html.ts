/**
 * Markup that is safe to put into a page. Only {@link html} makes it, so text cannot become markup by oversight; and
 * {@link trusted}, for what has an escaping of its own.
 */
export class Html {
  private constructor(readonly markup: string) {}

  /**
   * Markup from a template; what is put into it is escaped unless it is markup itself, also within quoted attributes.
   * This is what keeps a record or a bank's name from running a script in the page of whoever opens the report.
   */
  static template(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
    return new Html(strings.reduce((page, part, i) => page + render(values[i - 1]!) + part));
  }

  /** Text that is put into the page as it is: the caller vouches for it. */
  static trusted(text: string): Html {
    return new Html(text);
  }
}

/** What may be put into an {@link html} template. */
export type HtmlValue = string | number | Html | readonly Html[];

/** {@link Html.template} */
export const html = Html.template;

/** {@link Html.trusted} */
export const trusted = Html.trusted;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function render(value: HtmlValue): string {
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(({ markup }) => markup).join('');
  // Control characters are not allowed in HTML, escaped or not.
  return String(value)
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replace(/[\p{Cc}\p{Cs}]/gu, (character) => (/[\t\r\n]/.test(character) ? ' ' : '\ufffd'));
}
