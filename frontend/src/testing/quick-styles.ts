const OWN_DISPLAY = /\bdisplay\s*:/;
const OWN_VISIBILITY = /\bvisibility\s*:/;

const quickened = new WeakSet<Window>();

/**
 * Spares happy-dom most of its work in queries by role and name: two thirds of their time. Such a query checks whether
 * each element is displayed and visible, and happy-dom computes every property of it and of all around it again
 * after each change of the page. Tests load no style sheets, so without a `style` attribute an element is
 * displayed as all of its tag are, and not hidden. Everything else is happy-dom's to answer.
 */
export function quickenStyles(view: Window): void {
  if (quickened.has(view)) return;
  quickened.add(view);
  const work = view.getComputedStyle.bind(view);
  const displays = new Map<string, string>();
  const styles = new WeakMap<Element, CSSStyleDeclaration>();

  function displayOf(element: Element): string {
    const { tagName } = element;
    // A dialog is displayed while it is open.
    if (tagName === 'DIALOG' || mentions(element, OWN_DISPLAY)) return work(element).display;
    const display = displays.get(tagName) ?? work(element).display;
    displays.set(tagName, display);
    return display;
  }

  function visibilityOf(element: Element): string {
    for (let around: Element | null = element; around !== null; around = around.parentElement)
      if (mentions(around, OWN_VISIBILITY)) return work(element).visibility;
    return '';
  }

  function quickStyleOf(element: Element): CSSStyleDeclaration {
    const read = (name: string): string => {
      if (name === 'display' && element.isConnected) return displayOf(element);
      if (name === 'visibility' && element.isConnected) return visibilityOf(element);
      return work(element).getPropertyValue(name);
    };
    return new Proxy({} as CSSStyleDeclaration, {
      get(_, property) {
        if (property === 'getPropertyValue') return read;
        if (property === 'display' || property === 'visibility') return read(property);
        const style = work(element);
        const value = Reflect.get(style, property, style);
        return typeof value === 'function' ? value.bind(style) : value;
      },
    });
  }

  view.getComputedStyle = (element) => {
    const style = styles.get(element) ?? quickStyleOf(element);
    styles.set(element, style);
    return style;
  };
}

const mentions = (element: Element, property: RegExp): boolean => property.test(element.getAttribute('style') ?? '');
