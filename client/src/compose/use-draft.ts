import { useCallback, useEffect, useRef, useState } from 'react';
import { dropDraft, emptyDraft, keepDraft, readDraft, type Draft } from './draft.ts';

const pauseMs = 400;

/** The draft of this person on this device, kept at each pause and when the page goes away. */
export function useDraft(accountId: string) {
  const [draft, setDraft] = useState(() => readDraft(localStorage, accountId));
  const [savedAt, setSavedAt] = useState<Date>();
  const unsaved = useRef<Draft>(undefined);

  const save = useCallback(() => {
    if (unsaved.current === undefined) return;
    keepDraft(localStorage, accountId, unsaved.current);
    unsaved.current = undefined;
    setSavedAt(new Date());
  }, [accountId]);

  const change = useCallback(
    (part: Partial<Draft>) =>
      setDraft((before) => {
        const next = { ...before, ...part };
        unsaved.current = next;
        return next;
      }),
    [],
  );
  const drop = useCallback(() => {
    unsaved.current = undefined;
    dropDraft(localStorage, accountId);
    setDraft(emptyDraft);
    setSavedAt(undefined);
  }, [accountId]);

  useEffect(() => {
    const timer = setTimeout(save, pauseMs);
    return () => clearTimeout(timer);
  }, [draft, save]);
  useEffect(() => {
    addEventListener('pagehide', save);
    return () => {
      removeEventListener('pagehide', save);
      save();
    };
  }, [save]);

  return { draft, change, drop, save, savedAt };
}
