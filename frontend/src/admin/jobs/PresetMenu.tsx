import type { Preset } from '@job-manager/shared/contract/presets';
import type { JobDefinition } from '@job-manager/shared/contract/run';
import { Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { recentQuery } from '../../api/job-activity-queries';
import { SaveDialog } from '../../components/saved/SaveDialog';
import { SavedGroup, SavedMenu } from '../../components/saved/SavedMenu';
import { useRemoveSaved } from '../../components/saved/useRemoveSaved';
import { presetCalls, presetsKey, presetsQuery } from './form-calls';
import type { AppliedPreset } from './presets';

interface Props {
  definition: JobDefinition;
  /** The parameters as they stand in the form; null where they are no JSON object. */
  parameters: Record<string, unknown> | null;
  /** How the run is to be queued, as the form has it. */
  options: Preset['options'];
  onChoose: (preset: AppliedPreset) => void;
}

/** Parameters under a name: of the code, of all, of one's own, and of the last runs; and saving those of the form. */
export function PresetMenu({ definition, parameters, options, onChoose }: Props) {
  const { name: jobName, presets: inCode } = definition;
  const [isOpen, setOpen] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const { data: saved = [] } = useQuery({ ...presetsQuery(jobName), enabled: isOpen });
  const { data: recent = [] } = useQuery({ ...recentQuery(jobName), enabled: isOpen });
  const remove = useRemoveSaved<Preset>({
    noun: 'preset',
    remove: (presetId) => presetCalls.remove({ presetId }),
    restore: (preset) => presetCalls.create(contentOf(preset)),
    queryKey: presetsKey(),
  });
  const group = (label: string, items: readonly Item[]) => (
    <SavedGroup label={label} of={items}>
      {(item) => <PresetItem key={item.key} item={item} onChoose={onChoose} />}
    </SavedGroup>
  );
  return (
    <>
      <SavedMenu
        label="Presets"
        isCompact
        isOpen={isOpen}
        onOpen={setOpen}
        saved={saved}
        save={{ label: 'Save these as…', isDisabled: parameters === null, onClick: () => setSaving(true) }}
        onRemove={remove}
      >
        {group(
          'In code',
          inCode.map((one) => ({ key: one.name, label: one.name, parameters: one.parameters, saved: null })),
        )}
        {group('Mine', saved.filter(({ isShared }) => !isShared).map(itemOf))}
        {group('Shared', saved.filter(({ isShared }) => isShared).map(itemOf))}
        {group(
          'Of the last runs',
          recent.map(({ jobRunId, parameters: given }) => ({
            key: jobRunId,
            label: `#${jobRunId}`,
            note: summaryOf(given),
            parameters: given,
            saved: null,
          })),
        )}
      </SavedMenu>
      {isSaving && parameters !== null && (
        <SaveDialog
          title="Save as a preset"
          subject={jobName}
          description="Secrets in the parameters are not kept"
          component="RunJobModal"
          save={({ name, isShared }) => presetCalls.create({ jobName, name, parameters, options, isShared })}
          queryKey={presetsKey()}
          onClose={() => setSaving(false)}
        />
      )}
    </>
  );
}

const contentOf = ({ jobName, name, parameters, options, isShared }: Preset) => ({
  jobName,
  name,
  parameters,
  options,
  isShared,
});

type Item = AppliedPreset & { key: string; note?: string };

const itemOf = (preset: Preset): Item => ({
  key: preset.id,
  label: preset.name,
  parameters: preset.parameters,
  saved: preset,
});

function PresetItem({ item, onChoose }: { item: Item; onChoose: Props['onChoose'] }) {
  const { label, note, parameters, saved } = item;
  return (
    <Menu.Item
      title={saved?.problem ?? JSON.stringify(parameters)}
      onClick={() => onChoose({ label, parameters, saved })}
    >
      {label}
      {note && <span className="dimmed"> {note}</span>}
      {saved?.problem != null && <span className="dimmed"> (the job refuses it now)</span>}
    </Menu.Item>
  );
}

const SUMMARY_CHARS = 44;

/** Parameters on a line, as far as they fit: `userId 8, batchSize 100`. */
function summaryOf(parameters: Readonly<Record<string, unknown>>): string {
  const text = Object.entries(parameters)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ');
  if (text === '') return 'no parameters';
  return text.length > SUMMARY_CHARS ? `${text.slice(0, SUMMARY_CHARS).trimEnd()}…` : text;
}
