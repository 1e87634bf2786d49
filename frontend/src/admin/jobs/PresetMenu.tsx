import type { Preset } from '@job-manager/shared/contract/presets';
import type { JobDefinition } from '@job-manager/shared/contract/run';
import { Button, Checkbox, Menu, TextInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useCan } from '../../api/session';
import { useAction } from '../../api/useAction';
import { recentQuery } from '../../components/parameters/calls';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastError, toastSuccess } from '../../ui/toast';
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
  const own = saved.filter(({ isShared }) => !isShared);
  const shared = saved.filter(({ isShared }) => isShared);
  const remove = useRemove();
  return (
    <>
      <Menu position="bottom-end" opened={isOpen} onChange={setOpen} withinPortal={false}>
        <Menu.Target>
          <Button variant="default" size="compact-sm" rightSection={<IconChevronDown size={14} aria-hidden />}>
            Presets
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
          <Group
            label="In code"
            items={inCode.map((one) => ({ key: one.name, label: one.name, parameters: one.parameters, saved: null }))}
            onChoose={onChoose}
          />
          <Group
            label="Mine"
            items={own.map((one) => ({ key: one.id, label: one.name, parameters: one.parameters, saved: one }))}
            onChoose={onChoose}
          />
          <Group
            label="Shared"
            items={shared.map((one) => ({ key: one.id, label: one.name, parameters: one.parameters, saved: one }))}
            onChoose={onChoose}
          />
          <Group
            label="Of the last runs"
            items={recent.map(({ jobRunId, parameters: given }) => ({
              key: jobRunId,
              label: `#${jobRunId}`,
              parameters: given,
              saved: null,
            }))}
            onChoose={onChoose}
          />
          <Menu.Divider />
          <Menu.Item disabled={parameters === null} onClick={() => setSaving(true)}>
            Save these as…
          </Menu.Item>
          {own.map(({ id, name }) => (
            <Menu.Item key={id} color="red" onClick={() => remove(id)}>
              Remove “{name}”
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {isSaving && parameters !== null && (
        <SaveDialog jobName={jobName} parameters={parameters} options={options} onClose={() => setSaving(false)} />
      )}
    </>
  );
}

interface GroupProps {
  label: string;
  items: readonly (AppliedPreset & { key: string })[];
  onChoose: Props['onChoose'];
}

function Group({ label: title, items, onChoose }: GroupProps) {
  if (items.length === 0) return null;
  return (
    <>
      <Menu.Label>{title}</Menu.Label>
      {items.map(({ key, label, parameters, saved }) => (
        <Menu.Item
          key={key}
          title={saved?.problem ?? JSON.stringify(parameters)}
          onClick={() => onChoose({ label, parameters, saved })}
        >
          {label}
          {saved?.problem != null && <span className="dimmed"> (the job refuses it now)</span>}
        </Menu.Item>
      ))}
    </>
  );
}

function useRemove() {
  const queryClient = useQueryClient();
  const { mutate } = useAction({
    mutationFn: (presetId: string) => presetCalls.remove({ presetId }),
    onSuccess: () => void toastSuccess({ message: 'The preset is removed.' }),
    onError: (failed) => toastError({ title: 'The preset could not be removed', message: toFailure(failed).details }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: presetsKey() }),
  });
  return mutate;
}

interface SaveProps extends Pick<Props, 'options'> {
  jobName: string;
  parameters: Record<string, unknown>;
  onClose: () => void;
}

function SaveDialog({ jobName, parameters, options, onClose }: SaveProps) {
  const [name, setName] = useState('');
  const [isShared, setShared] = useState(false);
  const canShare = useCan('managePresets');
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useAction({
    mutationFn: () => presetCalls.create({ jobName, name: name.trim(), parameters, options, isShared }),
    onSuccess: ({ preset }) => {
      toastSuccess({ message: `Saved as “${preset.name}”.` });
      onClose();
    },
    onError: (failed) => trackError(failed, { action: 'savePreset', component: 'RunJobModal' }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: presetsKey() }),
  });
  return (
    <ConfirmDialog
      title="Save as a preset"
      subject={jobName}
      confirm="Save"
      isPending={isPending}
      isChanged={name !== ''}
      fault={error && toFailure(error).details}
      onConfirm={() => name.trim() !== '' && mutate()}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="Secrets in the parameters are not kept"
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      {canShare && (
        <Checkbox
          label="Shared by all"
          checked={isShared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
      )}
    </ConfirmDialog>
  );
}
