import {
  IconInbox,
  IconMailForward,
  IconMailQuestion,
  IconPencilPlus,
  IconSpeakerphone,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useWords } from '#client/words/language.ts';
import { waitsForMe } from '#client/directives/standing.ts';
import { useDirectives, useHeldMail, useMe } from './use-live.ts';

/** The places of the hub: a rail on wide screens, a bar at the bottom on phones. */
export function Rail() {
  const { t } = useWords();
  const me = useMe();
  const waiting = useDirectives().filter((directive) => waitsForMe(directive)).length;
  const held = useHeldMail().length;
  return (
    <nav className="rail" aria-label={t('app.navigation')}>
      <Link to="/" className="place" activeOptions={{ exact: true, includeSearch: false }}>
        <IconInbox size={20} stroke={1.75} aria-hidden />
        <span className="place-long">{t('place.work')}</span>
        <span className="place-short" aria-hidden>
          {t('place.workShort')}
        </span>
        {waiting > 0 && <span className="place-count">{waiting}</span>}
      </Link>
      <Link to="/directives" className="place" activeOptions={{ exact: true, includeSearch: false }}>
        <IconSpeakerphone size={20} stroke={1.75} aria-hidden />
        <span className="place-long">{t('place.directives')}</span>
        <span className="place-short" aria-hidden>
          {t('place.directives')}
        </span>
      </Link>
      {held > 0 && (
        <Link to="/mail/held" className="place" data-testid="place-held">
          <IconMailQuestion size={20} stroke={1.75} aria-hidden />
          <span className="place-long">{t('place.held')}</span>
          <span className="place-short" aria-hidden>
            {t('place.heldShort')}
          </span>
          <span className="place-count">{held}</span>
        </Link>
      )}
      {(me.rehearsal || me.administrator) && (
        <Link
          to="/mail/outbound"
          className="place"
          data-testid="place-outbound"
          activeOptions={{ includeSearch: false }}
        >
          <IconMailForward size={20} stroke={1.75} aria-hidden />
          <span className="place-long">{t('place.outbound')}</span>
          <span className="place-short" aria-hidden>
            {t('place.outboundShort')}
          </span>
        </Link>
      )}
      {me.mayIssue && (
        <Link to="/directives/new" className="place place-new" data-testid="new-directive">
          <IconPencilPlus size={20} stroke={1.75} aria-hidden />
          <span className="place-long">{t('place.new')}</span>
          <span className="place-short" aria-hidden>
            {t('place.newShort')}
          </span>
        </Link>
      )}
    </nav>
  );
}
