import { Window } from 'happy-dom';
import { expect, it } from 'vitest';
import { quickenStyles } from './quick-styles';

const PAGE = `<main><h1>Title</h1><p>Text <a href="/">link</a> <button>Button</button><input><svg><path /></svg></p>
  <ul><li>Item</li></ul><table><tbody><tr><td>Cell</td></tr></tbody></table><script></script><template></template></main>
  <div style="display: none"><p>not displayed</p></div><p style="display: flex; opacity: 0.5">flexible</p>
  <div style="visibility: hidden"><p>hidden</p><b style="visibility: visible">shown <i>again</i></b></div>
  <dialog>closed</dialog><dialog open>open</dialog><details><summary>More</summary>Text</details>`;

it('answers what happy-dom does of the styles of an element, after a change of the page, too', () => {
  const [plain, quick] = [openPage(), openPage()];
  quickenStyles(quick);
  expect(stylesIn(quick)).toEqual(stylesIn(plain));
  for (const view of [plain, quick]) {
    view.document.querySelector('main')?.setAttribute('style', 'visibility: hidden');
    view.document.querySelector('h1')?.setAttribute('style', 'display: none');
    view.document.querySelector('div')?.removeAttribute('style');
    view.document.querySelector('dialog')?.setAttribute('open', '');
  }
  expect(stylesIn(quick)).toEqual(stylesIn(plain));
});

function openPage(): globalThis.Window {
  const view = new Window() as unknown as globalThis.Window;
  view.document.body.innerHTML = PAGE;
  return view;
}

function stylesIn(view: globalThis.Window): string[] {
  const { document } = view;
  const apart = document.createElement('p');
  return [...document.querySelectorAll('*'), apart].map((element) => {
    const style = view.getComputedStyle(element);
    const properties = ['display', 'visibility', 'opacity'].map((name) => style.getPropertyValue(name));
    return [element.tagName, style.display, style.visibility, style.opacity, ...properties].join();
  });
}
