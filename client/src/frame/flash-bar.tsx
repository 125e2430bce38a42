import { Button } from '@mantine/core';
import { IconTriangleFilled } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { acknowledgeBy, waitsForMe } from '#client/directives/standing.ts';
import { useAcknowledge, useAcknowledging } from '#client/directives/acknowledge-button.tsx';
import { usePhrase } from '#client/directives/time-words.tsx';
import { addressCode } from '#client/words/fold.ts';
import { useWords } from '#client/words/language.ts';
import { clockTime, deadlinePhrase } from '#client/words/time-phrase.ts';
import type { DirectiveView } from '#protocol/view.ts';
import { useDirectives } from './use-live.ts';
import { useNow } from './use-now.ts';

/** Every hỏa tốc directive that waits for the person, over all views, until it is acknowledged anywhere. */
export function FlashBar() {
  const { t } = useWords();
  const [chosen, setChosen] = useState(0);
  const waiting = useDirectives().filter((one) => one.urgency === 'hoa_toc' && waitsForMe(one));
  const at = Math.min(chosen, waiting.length - 1);
  const directive = waiting[at];
  return (
    <div role="alert">
      {directive !== undefined && (
        <section
          className="flash"
          data-testid="flash-bar"
          data-code={directive.code}
          aria-label={t('flash.label')}
        >
          <FlashWords directive={directive} />
          <FlashActs directive={directive} />
          {waiting.length > 1 && (
            <button
              type="button"
              className="flash-next"
              aria-label={t('flash.next')}
              onClick={() => setChosen((at + 1) % waiting.length)}
            >
              {t('flash.more', { at: at + 1, all: waiting.length })} ›
            </button>
          )}
        </section>
      )}
    </div>
  );
}

function FlashWords({ directive }: { directive: DirectiveView }) {
  const { t } = useWords();
  const now = useNow();
  const words = usePhrase();
  const by = acknowledgeBy(directive);
  const { issuer } = directive;
  return (
    <span className="flash-words">
      <strong className="flash-head">
        <IconTriangleFilled size={14} aria-hidden />{' '}
        {by === undefined ? t('flash.plain') : t('flash.within', { phrase: words(deadlinePhrase(by, now)) })}
      </strong>
      <Link
        className="flash-subject"
        to="/"
        search={{ open: addressCode(directive.code) }}
        title={t('act.open')}
      >
        {directive.subject}
      </Link>
      <span className="flash-from">
        {issuer.title} {issuer.name} · {clockTime(new Date(directive.issuedAt))}
      </span>
    </span>
  );
}

function FlashActs({ directive }: { directive: DirectiveView }) {
  const { t } = useWords();
  const acknowledge = useAcknowledge();
  const { waiting } = useAcknowledging(directive.id);
  return (
    <Button
      className="flash-button"
      data-testid="flash-acknowledge"
      aria-disabled={waiting}
      onClick={() => {
        if (!waiting) acknowledge(directive);
      }}
    >
      {waiting ? `◌ ${t('row.waiting')}` : t('act.acknowledge')}
    </Button>
  );
}
