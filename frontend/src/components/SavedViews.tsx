import type { ViewPage } from '@job-manager/shared/contract/views';
import { Button } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { Suspense, useState } from 'react';
import { loadable } from '../ui/loadable';

const SavedViewsMenu = loadable(() => import('./SavedViewsMenu').then((module) => module.SavedViewsMenu));

/** The filters of a list under a name: chosen, saved and removed. The menu's code is loaded when it is first opened. */
export function SavedViews({ page }: { page: ViewPage }) {
  const [wasOpened, setWasOpened] = useState(false);
  const button = (
    <Button
      variant="default"
      aria-haspopup="menu"
      loading={wasOpened}
      rightSection={<IconChevronDown size={14} aria-hidden />}
      onClick={() => setWasOpened(true)}
    >
      Views
    </Button>
  );
  if (!wasOpened) return button;
  return (
    <Suspense fallback={button}>
      <SavedViewsMenu page={page} />
    </Suspense>
  );
}
