import type { JobDefinition, JobRun, JobRunSummary } from '@job-manager/shared/contract/run';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { ParametersEditor } from '../../components/parameters/ParametersEditor';
import type { Problem } from '../../components/parameters/problems';
import { type ParameterProblems, useParameterProblems } from '../../components/parameters/useParameterProblems';
import { RestoredNote } from '../../components/RestoredNote';
import { ChainPart } from './ChainPart';
import { findChainProblems } from './chain-problems';
import { JobDescription } from './JobDescription';
import { JobPicker } from './JobPicker';
import { ParameterActs, PresetNote } from './ParameterActs';
import { RunFormFooter } from './RunFormFooter';
import classes from './RunJobForm.module.css';
import { RunOptionsFold } from './RunOptionsFold';
import { isOptionField, readLane, readPresetOptions, withPresetOptions } from './run-options';
import { UnderWayNote } from './UnderWayNote';
import { useEnqueue } from './useEnqueue';
import { defaultsOf } from './useEnqueueDraft';
import { useRunForm } from './useRunForm';
import { useScheduleInstead } from './useScheduleInstead';
import { findDifferences, useValueNotes } from './useValueNotes';
import { WhenFields } from './WhenFields';

interface Props {
  definitions: readonly JobDefinition[];
  original?: JobRun;
  jobName: string | null;
  activeJobs: readonly JobRunSummary[];
  /** Whether the form holds more than it began with. */
  onChanged: (isChanged: boolean) => void;
  onClose: () => void;
  onEnqueued: (jobRunId: string) => void;
}

/** Sets up a run, or several that wait for one another, and queues them. */
export function RunJobForm(props: Props) {
  const { definitions, original, activeJobs, onClose, onEnqueued } = props;
  const { form, draft, untouched, definitionOf, chosen, chooseJob, writeParameters, areOptionsOpen, setOptionsOpen } =
    useRunForm(props);
  const { values } = form;
  const [attempts, setAttempts] = useState(0);
  const [refused, setRefused] = useState<Record<string, Problem[]>>({});
  const { problems, underWay, waiting } = useParameterProblems(
    chosen,
    values.parameters,
    attempts > 0,
    readLane(values.options),
  );
  const chainProblems = findChainProblems(values, definitionOf, refused);
  const { noteOf, applied, apply } = useValueNotes(original);
  const onSchedule = useScheduleInstead(values, problems.syntax === null);
  const root = useRef<HTMLFormElement>(null);
  const showFirstProblem = () => root.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt leads to the first field that is wrong now.
  useEffect(() => {
    if (attempts > 0) showFirstProblem();
  }, [attempts]);

  // Between the answer and the closing of the dialog there is time for another key.
  const isDone = useRef(false);
  const enqueue = useEnqueue({
    rerunOfId: original?.id,
    onEnqueued: (jobRunId) => {
      isDone.current = true;
      draft.drop();
      onEnqueued(jobRunId);
    },
    onRefused: onClose,
    onProblems: (messages, rows) => {
      form.setErrors(messages);
      setRefused(rows);
      if (Object.keys(messages).some((field) => isOptionField(field) && field !== 'options.notBefore'))
        setOptionsOpen(true);
      setAttempts((before) => before + 1);
    },
  });
  const missing = problems.missing + chainProblems.missing;
  const wrong =
    countOfParameters(problems, form.errors.parameters !== undefined) +
    Object.keys(form.errors).filter((field) => field !== 'parameters').length +
    (chainProblems.count - chainProblems.missing);
  const submit = () => {
    if (isDone.current) return;
    const { hasErrors } = form.validate();
    // What the server refused of the rows is for it to refuse again.
    const isKnownWrong = hasErrors || problems.count > 0 || findChainProblems(values, definitionOf, {}).count > 0;
    if (!isKnownWrong) return enqueue.mutate(values);
    setAttempts((before) => before + 1);
  };

  return (
    <form
      ref={root}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={(event) => sendByKey(event, submit)}
      className={classes.form}
      noValidate
    >
      <div className={classes.scroller}>
        {draft.isRestored && (
          <RestoredNote
            onDiscard={() => {
              form.setValues(untouched);
              draft.drop();
            }}
          />
        )}
        <JobPicker
          definitions={definitions}
          value={values.jobName}
          error={form.errors.jobName}
          onChoose={(name) => {
            chooseJob(name);
            setAttempts(0);
          }}
        />
        {chosen && <JobDescription definition={chosen} />}
        <UnderWayNote jobName={values.jobName} activeJobs={activeJobs} underWay={underWay} />
        <PresetNote applied={applied} parameters={values.parameters} problems={problems} />
        <ParametersEditor
          id="run-parameters"
          text={values.parameters}
          onChange={writeParameters}
          problems={problems}
          error={form.errors.parameters}
          noteOf={noteOf}
          acts={
            <ParameterActs
              definition={chosen}
              text={values.parameters}
              onWrite={writeParameters}
              options={readPresetOptions(values.options)}
              onApply={(preset) => {
                apply(preset);
                if (preset?.saved)
                  form.setFieldValue('options', withPresetOptions(values.options, preset.saved.options));
              }}
              defaults={defaultsOf(chosen)}
            />
          }
        >
          {original && <Differences original={original} parameters={values.parameters} />}
        </ParametersEditor>
        <WhenFields form={form} activeJobs={activeJobs} onSchedule={original ? undefined : onSchedule} />
        {!original && (
          <ChainPart
            form={form}
            definitions={definitions}
            problems={chainProblems}
            isAttempted={attempts > 0}
            onAdd={() => setAttempts(0)}
          />
        )}
        {waiting !== null && values.time === 'now' && <p className={classes.waiting}>{waiting}</p>}
        <RunOptionsFold form={form} definition={chosen} isOpen={areOptionsOpen} onToggle={setOptionsOpen} />
      </div>
      <RunFormFooter
        problems={wrong}
        missing={missing}
        isAttempted={attempts > 0}
        runs={values.chain.length + 1}
        isPending={enqueue.isPending}
        onShowProblem={() => setAttempts((before) => before + 1)}
        onCancel={() => {
          draft.drop();
          onClose();
        }}
      />
    </form>
  );
}

/** The problems of the parameters; the server may refuse more than the schema shows. */
function countOfParameters({ count, missing, syntax }: ParameterProblems, isRefused: boolean): number {
  return Math.max(count - missing + (syntax === null ? 0 : 1), isRefused ? 1 : 0);
}

function Differences({ original, parameters }: { original: JobRun; parameters: string }) {
  const names = findDifferences(original, parameters);
  if (names.length === 0) return null;
  return (
    <p className={classes.waiting}>
      Differs from #{original.id}: {names.join(', ')}
    </p>
  );
}

/** A line is not the whole form: Enter in it sends nothing, Ctrl or ⌘ with it does from everywhere. */
function sendByKey(event: KeyboardEvent<HTMLFormElement>, send: () => void): void {
  const { key, ctrlKey, metaKey, target, currentTarget } = event;
  // Not of a dialog that was opened from the form.
  if (key !== 'Enter' || !(target instanceof Element) || !currentTarget.contains(target)) return;
  if (ctrlKey || metaKey) {
    event.preventDefault();
    send();
  } else if (target instanceof HTMLInputElement) event.preventDefault();
}
