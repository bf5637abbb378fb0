import { describe, expect, test } from 'vitest';
import { distance, duration, figure, pText } from './format.ts';
import { html, trusted } from './html.ts';
import { flatten, numberOf, objectOf, objectsOf, textOf } from './json.ts';

describe('html', () => {
  test('escapes what is filled in, in lists and attributes too', () => {
    const evil = `<script>"it's" & more</script>`;
    const escaped = '&lt;script&gt;&quot;it&#39;s&quot; &amp; more&lt;/script&gt;';
    expect(html`<p title="${evil}">${[evil, [evil]]}</p>`.toString()).toBe(
      `<p title="${escaped}">${escaped}${escaped}</p>`,
    );
  });

  test('leaves HTML as it is, and nothing out but what is nothing', () => {
    const part = html`<b>${1}</b>`;
    expect(html`${part}${[part]}${false}${null}${undefined}${0}${''}${trusted('<i>')}`.toString()).toBe(
      '<b>1</b><b>1</b>0<i>',
    );
  });
});

describe('format', () => {
  test('figures by their size', () => {
    const shown = [0, 3, 1234567, 0.12345678, 0.00001234, -2.5, Number.NaN, Number.NEGATIVE_INFINITY].map(
      figure,
    );
    expect(shown).toEqual(['0', '3', '1.23e+6', '0.1235', '1.23e-5', '-2.5', 'NaN', '−∞']);
    expect([pText(0.0214842), pText(9e-50)]).toEqual(['p = 0.0215', 'p < 0.0001']);
  });

  test('times', () => {
    const plain = (text: string) => text.replaceAll('\u00a0', ' ');
    expect([0, 9.96, 59.9, 60, 83.4, 3600, 90_061].map((seconds) => plain(duration(seconds)))).toEqual([
      ...['0.0 s', '10.0 s', '59 s', '1 min', '1 min 23 s', '1 h 0 min', '1 d 1 h'],
    ]);
    const now = new Date('2026-03-29T03:00:00Z');
    const at = (seconds: number) => plain(distance(new Date(now.getTime() + seconds * 1000), now));
    expect([0, -59, -61, -7200, -200_000, 90, 5].map(at)).toEqual([
      ...['just now', '59 s ago', '1 min ago', '2 h ago', '2 d ago', 'in 1 min', 'now'],
    ]);
  });
});

test('what others stored is read with care', () => {
  expect([objectOf([1]), objectOf(null), objectOf('x'), objectOf({ a: 1 })]).toEqual([
    ...[undefined, undefined, undefined, { a: 1 }],
  ]);
  expect(objectsOf([1, { a: 1 }, null, [2]])).toEqual([{ a: 1 }]);
  expect([objectsOf({}), numberOf('1'), textOf(1)]).toEqual([[], undefined, undefined]);
  expect([...flatten({ a: { b: 1, c: {} }, d: [{ e: 2 }] })]).toEqual([
    ['a.b', '1'],
    ['a.c', '{}'],
    ['d', '[{"e":2}]'],
  ]);
});
