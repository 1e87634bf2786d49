import type { ApiToken } from '@job-manager/shared/contract/tokens';
import { Button, Select } from '@mantine/core';
import { IconFilterOff, IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { toFailure } from '../../api/failure';
import { useServerTime } from '../../api/server-clock';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { FilterBar } from '../../ui/FilterBar';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { tokensQuery } from './queries';
import { TokenTable } from './TokenTable';
import { stateAppearance, type TokenState, tokenState, tokenStates } from './token-state';

interface Props {
  onCreate: () => void;
  onRevoke: (token: ApiToken) => void;
}

/** All tokens, or those in one state. */
export function TokensSection({ onCreate, onRevoke }: Props) {
  const { data: tokens, error, refetch } = useQuery(tokensQuery());
  const { state, setState } = useTokenState();
  const shown = useInState(tokens ?? [], state);
  return (
    <Section title="Tokens" isTitleHidden>
      <StateFilter state={state} onChange={setState} />
      {tokens === undefined ? (
        error ? (
          <ErrorPanel title="Tokens could not be loaded" details={toFailure(error)} onRetry={() => void refetch()} />
        ) : (
          <RowSkeletons rows={4} label="Loading tokens" />
        )
      ) : shown.length > 0 ? (
        <TokenTable key={state} tokens={shown} onRevoke={onRevoke} />
      ) : state === null ? (
        <NoTokens onCreate={onCreate} />
      ) : (
        <NoneInState state={state} onClear={() => setState(null)} />
      )}
    </Section>
  );
}

function useInState(tokens: readonly ApiToken[], state: TokenState | null): readonly ApiToken[] {
  // Named rather than counted, so that a token that expires while the list is shown changes its position.
  const ids = useServerTime((now) => {
    const matching = state === null ? tokens : tokens.filter((token) => tokenState(token, now) === state);
    return matching.map(({ id }) => id).join(' ');
  });
  const wanted = new Set(ids.split(' '));
  return tokens.filter(({ id }) => wanted.has(id));
}

const choices = tokenStates.map((value) => ({ value, label: stateAppearance[value].label }));

/** At the end of the page instead, the choices would lie outside every landmark. */
const inPlace = { withinPortal: false };

function StateFilter({ state, onChange }: { state: TokenState | null; onChange: (state: TokenState | null) => void }) {
  return (
    <FilterBar>
      <Select
        aria-label="Filter by state"
        placeholder="All tokens"
        data={choices}
        value={state}
        onChange={(next) => onChange(next as TokenState | null)}
        clearable
        comboboxProps={inPlace}
        clearButtonProps={{ 'aria-label': 'Clear the state filter' }}
      />
    </FilterBar>
  );
}

function NoTokens({ onCreate }: { onCreate: () => void }) {
  return (
    <EmptyState
      icon={IconKey}
      title="No tokens yet"
      text="A program needs one to start runs, report on them or read about them. Each may do only what you choose."
      action={
        <Button variant="light" onClick={onCreate}>
          Create token
        </Button>
      }
    />
  );
}

function NoneInState({ state, onClear }: { state: TokenState; onClear: () => void }) {
  return (
    <EmptyState
      icon={IconFilterOff}
      title={`No ${stateAppearance[state].label.toLowerCase()} tokens`}
      text="Search the others."
      action={
        <Button variant="default" onClick={onClear}>
          Show all tokens
        </Button>
      }
    />
  );
}

/** Which tokens are shown: `?state=revoked`; all of them without it. */
function useTokenState() {
  const [state, set] = useQueryState('state', parseAsStringLiteral(tokenStates));
  return { state, setState: (next: TokenState | null) => void set(next, { history: 'push' }) };
}
