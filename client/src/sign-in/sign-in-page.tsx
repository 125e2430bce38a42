import { useEffect } from 'react';
import { LanguageSwitch } from '#client/frame/language-switch.tsx';
import { useWords } from '#client/words/language.ts';
import { SignInForm } from './sign-in-form.tsx';

export function SignInPage() {
  const { t } = useWords();
  const title = `${t('signIn.title')} – ${t('app.short')}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main className="alone">
      <div className="card">
        <div className="card-head">
          <h1>{t('app.name')}</h1>
          <LanguageSwitch />
        </div>
        <SignInForm />
      </div>
    </main>
  );
}
