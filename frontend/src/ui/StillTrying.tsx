import { useEffect, useState } from 'react';

const AFTER_MS = 2_000;

/** Beside a skeleton that has been there for two seconds: that it isn't stuck, and how often it was tried. */
export function StillTrying({ failures }: { failures: number }) {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isLate) return null;
  return <span role="status">Still trying…{failures > 0 && ` (attempt ${failures + 1})`}</span>;
}
