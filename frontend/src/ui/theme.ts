import {
  type ActionIconProps,
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type ModalProps,
} from '@mantine/core';

const brand: MantineColorsTuple = [
  '#eef1ff',
  '#e0e4fe',
  '#c5ccfc',
  '#a4affa',
  '#8390f7',
  '#6a75f2',
  '#5a61ea',
  '#4f52dd',
  '#4544cf',
  '#3a38b5',
];

/** Cool greys, so that dark surfaces belong to the same family as the brand. */
const dark: MantineColorsTuple = [
  '#e1e5ec',
  '#adb5c3',
  '#8a93a4',
  '#5f6879',
  '#313947',
  '#272e3b',
  '#1d232e',
  '#151a22',
  '#0e1117',
  '#090b10',
];

const INTER = "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

export const theme = createTheme({
  primaryColor: 'brand',
  colors: { brand, dark },
  // Light 8 and dark 9 are the first shades on which Mantine's own text reaches contrast AA.
  primaryShade: { light: 8, dark: 9 },
  autoContrast: true,
  variantColorResolver: defaultVariantColorsResolver,
  defaultRadius: 'md',
  respectReducedMotion: true,
  cursorType: 'pointer',
  fontFamily: INTER,
  fontWeights: { regular: '400', medium: '500', bold: '600' },
  headings: {
    fontFamily: INTER,
    sizes: {
      h1: { fontSize: '1.75rem', lineHeight: '1.25', fontWeight: '700' },
      h2: { fontSize: '1.25rem', lineHeight: '1.4', fontWeight: '600' },
      h3: { fontSize: '1rem', lineHeight: '1.5', fontWeight: '600' },
    },
  },
  // Plain objects: naming the components themselves would load all of them with the first page.
  components: {
    Modal: {
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        // The dialog's header is no page header; without this it would be a second banner landmark.
        attributes: { header: { role: 'presentation' } },
        overlayProps: { backgroundOpacity: 0.5, blur: 2 },
        radius: 'md',
        padding: 'lg',
      } satisfies Partial<ModalProps>,
      styles: { title: { fontSize: '1.25rem', fontWeight: 600, minWidth: 0, overflowWrap: 'anywhere' } },
    },
    Notification: {
      styles: {
        title: { overflowWrap: 'anywhere' },
        // Mantine hides what overflows, which cuts the edge of a button inside.
        description: { color: 'var(--mantine-color-dimmed)', overflow: 'visible', overflowWrap: 'anywhere' },
      },
    },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } satisfies Partial<ActionIconProps> },
  },
});

/** Raises Mantine's own colours to contrast AA in both schemes. */
export const contrastVariables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-8)',
    ...forEachColour(colors, (name) => ({
      filled: `var(--mantine-color-${name}-8)`,
      outline: `var(--mantine-color-${name}-9)`,
      text: `var(--mantine-color-${name}-9)`,
      'light-color': `color-mix(in srgb, var(--mantine-color-${name}-9), black 35%)`,
    })),
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    ...forEachColour(colors, (name) => ({
      outline: `var(--mantine-color-${name}-4)`,
      'light-color': `var(--mantine-color-${name}-2)`,
    })),
  },
});

function forEachColour(colors: object, variablesOf: (name: string) => Record<string, string>): Record<string, string> {
  const entries = Object.keys(colors).flatMap((name) =>
    Object.entries(variablesOf(name)).map(([suffix, value]) => [`--mantine-color-${name}-${suffix}`, value]),
  );
  return Object.fromEntries(entries);
}
