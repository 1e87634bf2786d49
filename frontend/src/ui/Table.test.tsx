import { act, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { Cell, Table } from './Table';

/** Sizes that a layout would give, and the observers that a change of them would notify. */
function stubLayout(sizes: { table: number; room: number }) {
  const observers = new Set<() => void>();
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockImplementation(() => sizes.table);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockImplementation(() => sizes.room);
  vi.stubGlobal(
    'ResizeObserver',
    class {
      readonly notify: () => void;
      constructor(notify: () => void) {
        this.notify = notify;
      }
      observe() {
        observers.add(this.notify);
      }
      disconnect() {
        observers.delete(this.notify);
      }
    },
  );
  return () =>
    act(() => {
      for (const notify of [...observers]) notify();
    });
}

test('the rows are cards while the table is wider than its place, and a table again where it has room', () => {
  const sizes = { table: 900, room: 800 };
  const resize = stubLayout(sizes);
  render(
    <Table caption="People" columns={[{ label: 'Name' }]}>
      <tr>
        <Cell isHeader>a long name</Cell>
      </tr>
    </Table>,
  );
  const table = screen.getByRole('table');
  expect(table).toHaveAttribute('data-stacked');
  // As wide as its place, as cards are.
  sizes.table = 800;
  resize();
  expect(table).toHaveAttribute('data-stacked');
  sizes.room = 900;
  sizes.table = 900;
  resize();
  expect(table).not.toHaveAttribute('data-stacked');
  sizes.table = 950;
  resize();
  expect(table).toHaveAttribute('data-stacked');
});
