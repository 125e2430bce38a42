import { useWords } from '#client/words/language.ts';

/** Says what the place is for; in rehearsal also what can be tried. */
export function OutboundEmpty({ tab, rehearsal }: { tab: 'waiting' | undefined; rehearsal: boolean }) {
  const { t } = useWords();
  if (tab === 'waiting') return <p className="mail-empty">{t('outbound.waitingNone')}</p>;
  if (!rehearsal) return <p className="mail-empty">{t('outbound.endedNone')}</p>;
  return (
    <div className="mail-empty" data-testid="outbound-empty">
      <p className="outbound-empty-head">{t('outbound.endedNoneRehearsal')}</p>
      <p>{t('outbound.emptyNote')}</p>
      <p>{t('outbound.emptyTry')}</p>
      <ul className="outbound-tries">
        <li>
          <code>reject@rehearsal.example</code> {t('outbound.tryReject')}
        </li>
        <li>
          <code>tempfail@rehearsal.example</code> {t('outbound.tryTempfail')}
        </li>
        <li>
          <code>timeout@rehearsal.example</code> {t('outbound.tryTimeout')}
        </li>
      </ul>
    </div>
  );
}
