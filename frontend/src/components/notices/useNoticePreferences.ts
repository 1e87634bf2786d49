import { loadable } from '../../ui/loadable';
import { useDialog } from '../../ui/useDialog';

const NoticePreferences = loadable(() => import('./NoticePreferences').then((module) => module.NoticePreferences));

/** The dialog in which one chooses how notices are announced. */
export const useNoticePreferences = () => useDialog(NoticePreferences);
