import { IconLogout } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useWords } from '#client/words/language.ts';
import { LanguageSwitch } from './language-switch.tsx';
import { LineState } from './line-state.tsx';
import { useLive, useMe } from './use-live.ts';

export function TopBar() {
  const { t } = useWords();
  const live = useLive();
  const me = useMe();
  const navigate = useNavigate();
  const [failed, setFailed] = useState(false);
  return (
    <div className="top-bar">
      <Link to="/" className="top-name" title={t('app.name')}>
        {me.unit}
      </Link>
      <LineState />
      <LanguageSwitch />
      <span className="top-person" title={`${me.title} ${me.name} · ${me.address}`}>
        <span className="top-title">{me.title}</span> <strong>{me.name}</strong>
      </span>
      <button
        type="button"
        className="top-button"
        data-testid="sign-out"
        aria-label={t('app.signOut')}
        onClick={() => {
          setFailed(false);
          // What one person had open is not the next one's affair.
          live.signOut().then(
            () => navigate({ to: '/sign-in' }),
            () => setFailed(true),
          );
        }}
      >
        <IconLogout size={20} stroke={1.75} aria-hidden />
        <span className="top-word">{t('app.signOut')}</span>
      </button>
      {failed && (
        <span role="alert" className="top-failed">
          {t('refusal.offline')}
        </span>
      )}
    </div>
  );
}
