import { useLocalStorage } from '@mantine/hooks';

/**
 * How the lines of logs are shown in this browser: wrapped or not, with the time of day or the time since the run
 * began.
 */
export function useLogDisplay() {
  const [isWrapped, setWrapped] = useLocalStorage({ key: 'job-manager: log wrap', defaultValue: true });
  const [isRelative, setRelative] = useLocalStorage({ key: 'job-manager: log since start', defaultValue: false });
  return {
    isWrapped,
    isRelative,
    toggleWrap: () => setWrapped((before) => !before),
    toggleRelative: () => setRelative((before) => !before),
  };
}
export type LogDisplay = ReturnType<typeof useLogDisplay>;
