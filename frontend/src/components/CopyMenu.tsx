import { Button, type ButtonProps, Menu } from '@mantine/core';
import { IconChevronDown, IconCopy } from '@tabler/icons-react';
import { copyText } from '../lib/clipboard';
import { iconOnly } from '../ui/CopyButton';
import { toastError, toastSuccess } from '../ui/toast';

export interface CopyChoice {
  /** The noun after "Copy as": "definition". */
  label: string;
  /** Made when it is wanted. */
  text: () => string;
}

interface Props {
  choices: readonly CopyChoice[];
  size?: ButtonProps['size'];
  /** The label is for screen readers alone. */
  isIconOnly?: boolean;
}

/** The same thing as one of several texts for the clipboard. */
export function CopyMenu({ choices, size = 'compact-sm', isIconOnly = false }: Props) {
  return (
    <Menu position="bottom-end" withinPortal={false}>
      <Menu.Target>
        <Button
          variant="default"
          size={size}
          {...(isIconOnly ? iconOnly : {})}
          leftSection={<IconCopy size={14} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          Copy as…
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map((choice) => (
          <Menu.Item key={choice.label} onClick={() => void copyChoice(choice)}>
            {choice.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Copies a text and names what was copied. */
export async function copyChoice({ label, text }: CopyChoice): Promise<void> {
  if (await copyText(text())) toastSuccess({ message: `Copied: ${label}.` });
  else toastError({ message: 'The browser refused to copy the text.' });
}
