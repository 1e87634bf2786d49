import type { Preset } from '@job-manager/shared/contract/presets';
import type { JobDefinition } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Suspense } from 'react';
import type { ParameterProblems } from '../../components/parameters/useParameterProblems';
import { formatParameters, parametersProblem, readParameters } from '../../components/parameters/values';
import { Banner } from '../../ui/Banner';
import { loadable } from '../../ui/loadable';
import type { AppliedPreset } from './presets';

// What only helps to fill the form in is not waited for.
const PresetMenu = loadable(() => import('./PresetMenu').then((module) => module.PresetMenu));
const UpdatePreset = loadable(() => import('./UpdatePreset').then((module) => module.UpdatePreset));

interface Props {
  definition: JobDefinition | undefined;
  text: string;
  defaults: string;
  /** What a preset keeps beside the parameters. */
  options: Preset['options'];
  onWrite: (text: string) => void;
  onApply: (preset: AppliedPreset | null) => void;
}

/** Puts parameters into the form at once: those of a preset, or the defaults. */
export function ParameterActs({ definition, text, defaults, options, onWrite, onApply }: Props) {
  const parameters = parametersProblem(text) === null ? readParameters(text) : null;
  return (
    <>
      {definition && (
        <Suspense fallback={null}>
          <PresetMenu
            definition={definition}
            parameters={parameters}
            options={options}
            onChoose={(preset) => {
              onWrite(formatParameters(preset.parameters));
              onApply(preset);
            }}
          />
        </Suspense>
      )}
      <Button
        variant="default"
        size="compact-sm"
        disabled={definition?.defaultParams === undefined}
        onClick={() => {
          onWrite(defaults);
          onApply(null);
        }}
      >
        Load Defaults
      </Button>
    </>
  );
}

interface NoteProps {
  applied: AppliedPreset | null;
  parameters: string;
  problems: ParameterProblems;
}

/** Of a preset that the job refuses now: why, and the way to save it as it is right. */
export function PresetNote({ applied, parameters, problems }: NoteProps) {
  if (applied?.saved?.problem == null) return null;
  const isRight = problems.syntax === null && problems.count === 0;
  return (
    <Banner
      icon={IconAlertTriangle}
      actions={
        isRight && (
          <Suspense fallback={null}>
            <UpdatePreset preset={applied.saved} parameters={readParameters(parameters)} />
          </Suspense>
        )
      }
    >
      The job refuses the preset “{applied.saved.name}” now: {applied.saved.problem}{' '}
      {isRight ? 'As it stands here it is right.' : 'Put it right here, and save it.'}
    </Banner>
  );
}
