import { type UseMutationOptions, useMutation } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';

/**
 * A change that a person makes: like `useMutation`, but a second call before the answer does nothing. A disabled
 * button comes with the next drawing; clicks of the same moment are faster.
 */
export function useAction<Answer, Variables = void>(options: UseMutationOptions<Answer, Error, Variables>) {
  const isUnderWay = useRef(false);
  const { mutationFn } = options;
  const mutation = useMutation<Answer, Error, Variables>({
    ...options,
    mutationFn: async (variables, context) => {
      try {
        if (mutationFn === undefined) throw new Error('An action has something to do');
        return await mutationFn(variables, context);
      } finally {
        isUnderWay.current = false;
      }
    },
  });
  const { mutate: begin } = mutation;
  const mutate = useCallback(
    (variables: Variables) => {
      if (isUnderWay.current) return;
      isUnderWay.current = true;
      begin(variables);
    },
    [begin],
  );
  return { ...mutation, mutate };
}
