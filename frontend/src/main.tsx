import '@job-manager/shared/zod-without-eval';
import '@fontsource-variable/inter/index.css';
import './ui/mantine-styles';
import './ui/theme.css';
import './ui/forced-colors.css';
import './ui/reduced-motion.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { watchUncaughtErrors } from './api/errorTracking';
import { watchTyping } from './lib/typed-text';

watchUncaughtErrors();
watchTyping();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
