import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { pageScripts, scriptText } from '../../src/cli/report-scripts.js';
import { STYLE } from '../../src/cli/report-style.js';

describe('the scripts', () => {
  it('are the licensed build of the chart library, and code that compiles', () => {
    const [library, ...own] = pageScripts();
    expect(library!.text).toContain('Released under the MIT License');
    expect(runInNewContext(`${library!.text}; typeof Chart`, {})).toBe('function');
    for (const { text } of own) expect(() => new Function(text.replace('export {};', ''))).not.toThrow();
  });

  it('cannot end their element, whatever is in them', () => {
    const risky = 'const a = "</script>", b = "<!--", c = /<\\/SCRIPT/, d = "<script";';
    expect(scriptText(risky)).not.toMatch(/<\/script|<!--|<script/i);
    expect(runInNewContext(`${scriptText(risky)}; a + b + d`)).toBe('</script><!--<script');
    for (const { text } of pageScripts()) expect(text).not.toMatch(/<\/script|<!--|<script/i);
    expect(scriptText('x\n//# sourceMappingURL=x.map\n')).toBe('x\n\n');
  });
});

describe('the colours', () => {
  const channel = (value: number): number =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = (colour: string): number => {
    const [r, g, b] = [1, 3, 5].map((i) => channel(Number.parseInt(colour.slice(i, i + 2), 16) / 255));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const contrast = (a: string, b: string): number => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light! + 0.05) / (dark! + 0.05);
  };
  const palettes = STYLE.markup
    .match(/--page: [^}]+/g)!
    .map((block) =>
      Object.fromEntries(
        [...block.matchAll(/--([a-z]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name!, value!]),
      ),
    );

  it('of texts and marks have a contrast of at least 4.5, on light and dark', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    expect(palettes.map((palette) => Object.keys(palette).length)).toEqual([18, 18, 18]);
    for (const { page, card, line: _, ...inks } of palettes)
      for (const [name, ink] of Object.entries(inks))
        for (const ground of [page!, card!])
          expect(contrast(ink, ground), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });

  it('are light on paper', () => expect(palettes[2]).toEqual(palettes[0]));
});
