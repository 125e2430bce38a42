import { Navigate, Outlet, useLocation } from '@tanstack/react-router';
import { SignInPage } from '#client/sign-in/sign-in-page.tsx';
import { SignInOver } from '#client/sign-in/sign-in-over.tsx';
import { useWords } from '#client/words/language.ts';
import { FlashBar } from './flash-bar.tsx';
import { OfflineBar } from './line-state.tsx';
import { Rail } from './rail.tsx';
import { SaidPolitely } from './said-politely.tsx';
import { TopBar } from './top-bar.tsx';
import { Unreachable } from './unreachable.tsx';
import { useLiveView } from './use-live.ts';

/** The frame around every view. Nothing inside is drawn before the snapshot is here, and nothing is empty by mistake. */
export function Shell() {
  const { t } = useWords();
  const session = useLiveView((view) => view.session);
  const simulated = useLiveView((view) => view.hub?.me.simulated ?? false);
  const hasHub = useLiveView((view) => view.hub !== undefined);
  const atSignIn = useLocation({ select: (location) => location.pathname === '/sign-in' });

  if (!hasHub) {
    // In place, so that a link from a mail still leads to its directive once the person is signed in.
    if (session === 'signed_out') return <SignInPage />;
    if (session === 'unreachable') return <Unreachable />;
    return <Loading />;
  }
  if (atSignIn) return <Navigate to="/" replace />;
  return (
    <div className="frame">
      <a className="skip" href="#main">
        {t('app.skip')}
      </a>
      <header>
        {simulated && (
          <p className="simulated" data-testid="simulated-strip" title={t('app.simulatedNote')}>
            {t('app.simulated')}
          </p>
        )}
        <TopBar />
      </header>
      <FlashBar />
      <OfflineBar />
      <div className="frame-body">
        <Rail />
        <main id="main" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <SaidPolitely />
      {session === 'expired' && <SignInOver />}
    </div>
  );
}

/** The same drawing as in the HTML, so that the frame does not jump between the two. */
function Loading() {
  const { t } = useWords();
  return (
    <div className="drawn-frame" role="status">
      <div className="drawn-bar">{t('app.short')}</div>
      <div className="drawn-body">
        <div className="drawn-rail" />
        <div className="drawn-page">{t('app.loading')}</div>
      </div>
    </div>
  );
}
