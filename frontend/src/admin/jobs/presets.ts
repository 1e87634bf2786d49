import type { Preset } from '@job-manager/shared/contract/presets';
import type { Values } from '../../components/parameters/values';

/** Parameters that were put into the form at once. */
export interface AppliedPreset {
  label: string;
  parameters: Values;
  /** As it is saved; null for one of the code and for the parameters of a run. */
  saved: Preset | null;
}
