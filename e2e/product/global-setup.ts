import { ensurePanel } from '../../scripts/lib/panel.js';

/** Builds the panel once, before the products of the workers start beside each other. */
export default async function buildPanel(): Promise<void> {
  await ensurePanel();
}
