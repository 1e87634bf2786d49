import { Tag } from '../../ui/Tag';
import { type ErrorLevel, levelLook } from './level';

/** A level as text, with its mark. */
export function LevelTag({ level }: { level: ErrorLevel }) {
  const { label, icon: Icon, tone } = levelLook[level];
  return (
    <Tag tone={tone}>
      <Icon size={14} aria-hidden />
      {label}
    </Tag>
  );
}
