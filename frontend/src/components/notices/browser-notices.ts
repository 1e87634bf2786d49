import { isAnyTabVisible } from './tab-visibility';

type BrowserPermission = NotificationPermission | 'unsupported';

export const browserPermission = (): BrowserPermission =>
  typeof Notification === 'undefined' ? 'unsupported' : Notification.permission;

/** Shows the browser's question; browsers allow it only during a click. */
export async function requestPermission(): Promise<BrowserPermission> {
  return typeof Notification === 'undefined' ? 'unsupported' : Notification.requestPermission();
}

interface BrowserNotice {
  title: string;
  text: string;
  /** A notification with the same tag is replaced; tabs that show the same one make it one. */
  tag: string;
  /** Opens what it is about; the tab has the focus by then. */
  onClick: () => void;
}

/** Shows a notification of the browser, unless a tab of the panel is visible or the person does not allow them. */
export async function showBrowserNotice({ title, text, tag, onClick }: BrowserNotice): Promise<void> {
  if (browserPermission() !== 'granted' || (await isAnyTabVisible())) return;
  const notification = new Notification(title, { body: text, tag });
  notification.onclick = () => {
    window.focus();
    notification.close();
    onClick();
  };
}
