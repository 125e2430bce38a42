import { useEffect, useRef } from 'react';

/** Esc closes the panel wherever the focus is, unless something above it takes the key. */
export function useEscape(close: () => void) {
  const act = useRef(close);
  useEffect(() => {
    act.current = close;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
      if (document.querySelector('dialog[open]') === null) act.current();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
}
