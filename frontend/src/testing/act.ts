import React from 'react';
import { flushSync } from 'react-dom';

// React's production build has no `act`, which Testing Library puts around all that changes the page. Testing Library
// reads it when it is loaded, so this file is loaded first.
Object.assign(React, { act });

/** What the callback changes is drawn when this returns; what follows from it, when it is awaited. */
function act<Result>(callback: () => Result) {
  const result = flushSync(callback);
  return {
    // biome-ignore lint/suspicious/noThenProperty: as with React's own, only a caller that awaits it pays for the wait.
    then: (...then: Parameters<Promise<Awaited<Result>>['then']>) => settle(result).then(...then),
  };
}

async function settle<Result>(result: Result): Promise<Awaited<Result>> {
  const settled = await result;
  await new Promise((resolve) => setTimeout(resolve));
  return settled;
}
