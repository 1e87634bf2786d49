/** Of what ended well or badly, rounded down, so that one failure is never `100 %`; `–` where nothing did. */
export const formatSuccessRate = (success: number, failed: number): string =>
  success + failed === 0 ? '–' : `${(Math.floor((success / (success + failed)) * 1_000) / 10).toLocaleString('en')} %`;
