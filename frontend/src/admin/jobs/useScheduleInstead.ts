import { useNavigate } from 'react-router-dom';
import { useCan } from '../../api/session';
import { readParameters } from '../../components/parameters/values';
import { paths } from '../../paths';
import type { RunFormValues } from './run-form';
import { readLane } from './run-options';

/** Takes the job, its parameters, channel and priority to a new schedule; undefined for those who may make none. The form's values stay as a draft. */
export function useScheduleInstead({ jobName, parameters, options }: RunFormValues, isReadable: boolean) {
  const navigate = useNavigate();
  const canCreate = [useCan('manageSchedules'), useCan('run')].every(Boolean);
  if (!canCreate || jobName === '' || !isReadable) return undefined;
  return () => {
    const state = { newSchedule: { jobName, parameters: readParameters(parameters), ...readLane(options) } };
    void navigate(paths.schedules, { state });
  };
}
