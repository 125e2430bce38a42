import { Dialog } from '#client/frame/dialog.tsx';
import { useMe } from '#client/frame/use-live.ts';
import { useWords } from '#client/words/language.ts';
import { SignInForm } from './sign-in-form.tsx';

/** An ended session asks over the work: nothing beneath is unmounted, so nothing typed is lost. */
export function SignInOver() {
  const { t } = useWords();
  const me = useMe();
  return (
    <Dialog title={t('signIn.title')}>
      <p>{t('signIn.expired')}</p>
      <SignInForm knownAddress={me.address} />
    </Dialog>
  );
}
