import { useEffect, useState } from 'react';
import { useWords } from '#client/words/language.ts';
import { useLive } from './use-live.ts';

const mergeMs = 5000;

/** For screen readers: what others did, merged into at most one line in five seconds. */
export function SaidPolitely() {
  const { t } = useWords();
  const live = useLive();
  const [said, setSaid] = useState('');
  useEffect(() => {
    let acknowledged = 0;
    let arrived = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const say = () => {
      timer = undefined;
      const parts = [
        ...(arrived > 0 ? [t('said.arrived', { count: arrived })] : []),
        ...(acknowledged > 0 ? [t('said.acknowledged', { count: acknowledged })] : []),
      ];
      acknowledged = 0;
      arrived = 0;
      setSaid(parts.join('. '));
    };
    const stop = live.onChanges((changes) => {
      for (const change of changes) {
        if (change.type === 'directive.issued' && change.directive.mine !== undefined) arrived += 1;
        if (change.type === 'assignment.acknowledged' && !change.mine)
          acknowledged += change.accounts?.length ?? 1;
      }
      if (arrived + acknowledged > 0) timer ??= setTimeout(say, mergeMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [live, t]);
  return (
    <p className="hidden-words" role="status">
      {said}
    </p>
  );
}
