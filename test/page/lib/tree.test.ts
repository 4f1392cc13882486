import { describe, expect, it } from 'vitest';
import { h, toHtml } from '../../../src/page/lib/tree.js';

describe('the HTML of a tree', () => {
  it('escapes every text and every value of an attribute', () => {
    const foreign = `<script>alert('1')</script> & "more"`;
    const escaped = '&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;more&quot;';
    expect(toHtml(h('a', { title: foreign }, foreign))).toBe(
      `<a title="${escaped}">${escaped}</a>`,
    );
  });

  it('leaves out what is absent, and writes true as a bare name', () => {
    const tree = h('input', { hidden: true, checked: false, name: undefined, title: null });
    expect(toHtml(tree)).toBe('<input hidden>');
  });

  it('leaves out listeners, which only the browser knows', () => {
    expect(toHtml(h('button', { onclick: () => undefined }, 'Copy'))).toBe('<button>Copy</button>');
  });

  it('joins neighbouring texts and numbers, as a parser reads them', () => {
    const { children } = h('p', {}, 'one ', 2, [false, ' three', null], h('b'), 'four');
    expect(children).toEqual(['one 2 three', h('b'), 'four']);
  });
});
