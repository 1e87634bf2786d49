import type { GraphNode } from '@job-manager/shared/contract/run-lists';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { StatusMark } from '../../components/JobStatusBadge';
import { RunPageLink } from '../../components/RunPageLink';
import classes from './ChainGraph.module.css';
import { type ChainEdge, relativesOf, runBeside, type Stage, waitsOf } from './chain-layout';
import { describeNode, listRuns } from './chain-nodes';

const NODE = { width: 216, height: 60 };
const GAP = { x: 56, y: 12 };

interface Props {
  stages: readonly Stage<GraphNode>[];
  edges: readonly ChainEdge[];
  /** The run whose chain it is; absent for that of a batch, null for one that is not queued yet and whose runs are only numbered. */
  jobRunId?: string | null;
}

interface Point {
  x: number;
  y: number;
}

/**
 * Runs in columns by depth, a line from each to those that wait for it. For assistive technology it is a list of lists.
 * One tab stop: arrow keys lead from run to run.
 */
export function ChainGraph({ stages, edges, jobRunId }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const [current, setCurrent] = useState(jobRunId ?? stages[0]?.[0]?.jobRunId ?? '');
  const [pointed, setPointed] = useState<string | null>(null);
  const lit = useMemo(() => (pointed === null ? null : relativesOf(pointed, edges)), [pointed, edges]);
  const waits = useMemo(() => waitsOf(edges), [edges]);
  const { places, width, height } = useMemo(() => placesOf(stages), [stages]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isArrow(event.key)) return;
    event.preventDefault();
    const next = runBeside(stages, current ?? '', event.key);
    if (next !== undefined) list.current?.querySelector<HTMLElement>(`[data-run="${next}"] a`)?.focus();
  };
  return (
    // With no link in it that could have the focus, a planned chain could not be scrolled by keys.
    <div className={classes.scroller} tabIndex={jobRunId === null ? 0 : undefined}>
      <div className={classes.canvas} style={{ width, height }} data-lighting={lit !== null || undefined}>
        <svg width={width} height={height} className={classes.edges} aria-hidden>
          {edges.map(({ from, to }) => (
            <path
              key={`${from} ${to}`}
              d={pathBetween(places.get(from), places.get(to))}
              data-lit={(lit?.has(from) && lit.has(to)) || undefined}
            />
          ))}
        </svg>
        <ol ref={list} onKeyDown={onKeyDown}>
          {stages.map((stage, depth) => (
            <li key={stage[0]?.jobRunId} aria-label={`Stage ${depth + 1} of ${stages.length}`}>
              <ul>
                {stage.map((node) => (
                  <li
                    key={node.jobRunId}
                    data-run={node.jobRunId}
                    data-lit={lit?.has(node.jobRunId) || undefined}
                    className={classes.place}
                    style={styleAt(places.get(node.jobRunId))}
                    onMouseEnter={() => setPointed(node.jobRunId)}
                    onMouseLeave={() => setPointed(null)}
                    onFocus={() => {
                      setCurrent(node.jobRunId);
                      setPointed(node.jobRunId);
                    }}
                    onBlur={() => setPointed(null)}
                  >
                    {jobRunId === null ? (
                      <PlannedNode node={node} waitsFor={waits.get(node.jobRunId) ?? NONE} />
                    ) : (
                      <Node
                        node={node}
                        waitsFor={waits.get(node.jobRunId) ?? NONE}
                        isOwn={node.jobRunId === jobRunId}
                        isTabStop={node.jobRunId === current}
                      />
                    )}
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

const NONE: readonly string[] = [];

interface NodeProps {
  node: GraphNode;
  waitsFor: readonly string[];
  isOwn: boolean;
  isTabStop: boolean;
}

function Node({ node, waitsFor, isOwn, isTabStop }: NodeProps) {
  const { jobRunId, jobName, status } = node;
  const state = describeNode(node, waitsFor);
  const hasEnded = !(status === 'QUEUED' && node.isBlocked) && waitsFor.length > 0;
  return (
    <RunPageLink
      jobRunId={jobRunId}
      tab="chain"
      className={classes.node}
      tabIndex={isTabStop ? 0 : -1}
      isCurrent={isOwn}
      title={`${jobName ?? 'A run'} #${jobRunId}: ${state}`}
    >
      {status && <StatusMark status={status} />}
      <span className={classes.texts}>
        <span className={classes.name}>
          <span className={classes.job}>{jobName ?? 'Removed'}</span> <span className="tabular">#{jobRunId}</span>
        </span>
        <span className="visually-hidden">, </span>
        <span className={classes.state}>{state}</span>
        {hasEnded && <span className="visually-hidden">, waited for {listRuns(waitsFor)}</span>}
      </span>
    </RunPageLink>
  );
}

function PlannedNode({ node: { jobRunId, jobName }, waitsFor }: Pick<NodeProps, 'node' | 'waitsFor'>) {
  return (
    <div className={classes.node} title={jobName ?? undefined}>
      <span className={classes.texts}>
        <span className={classes.name}>
          <span className="tabular">{jobRunId}</span> <span className={classes.job}>{jobName}</span>
        </span>
        <span className="visually-hidden">, </span>
        <span className={classes.state}>{waitsFor.length === 0 ? 'first' : `after ${waitsFor.join(', ')}`}</span>
      </span>
    </div>
  );
}

type Arrow = Parameters<typeof runBeside>[2];
const isArrow = (key: string): key is Arrow => /^Arrow(Left|Right|Up|Down)$/.test(key);

function placesOf(stages: Props['stages']) {
  const rows = Math.max(...stages.map((stage) => stage.length));
  const height = rows * (NODE.height + GAP.y) - GAP.y;
  const places = new Map<string, Point>();
  for (const [column, stage] of stages.entries()) {
    const top = (height - (stage.length * (NODE.height + GAP.y) - GAP.y)) / 2;
    for (const [row, { jobRunId }] of stage.entries())
      places.set(jobRunId, { x: column * (NODE.width + GAP.x), y: top + row * (NODE.height + GAP.y) });
  }
  return { places, width: stages.length * (NODE.width + GAP.x) - GAP.x, height };
}

const styleAt = (place: Point | undefined) => ({ left: place?.x, top: place?.y, ...NODE });

function pathBetween(from: Point | undefined, to: Point | undefined): string {
  if (from === undefined || to === undefined) return '';
  const [x1, y1] = [from.x + NODE.width, from.y + NODE.height / 2];
  const [x2, y2] = [to.x, to.y + NODE.height / 2];
  const bend = Math.min(GAP.x, (x2 - x1) / 2);
  return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
