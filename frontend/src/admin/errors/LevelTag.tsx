import { Tag } from '../../ui/Tag';
import { type ErrorLevel, levelAppearance } from './level';

/** A level as text, with its mark. */
export function LevelTag({ level }: { level: ErrorLevel }) {
  const { label, icon: Icon, tone } = levelAppearance[level];
  return (
    <Tag tone={tone}>
      <Icon size={14} aria-hidden />
      {label}
    </Tag>
  );
}
