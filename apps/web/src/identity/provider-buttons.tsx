import type { SignInProvider } from "@mindmesh/contracts/identity";
import { Button } from "@mindmesh/ui";
import { providerSignInUrl } from "./api.ts";

type ProviderButtonsProps = {
  providers: readonly { id: SignInProvider; name: string }[];
  /** Path to come back to. */
  returnTo?: string | undefined;
  /** Token of an invitation to accept on the way. */
  invitation?: string | undefined;
};

/** The other ways to sign in. Draws nothing where there are none. */
export function ProviderButtons({ providers, returnTo, invitation }: ProviderButtonsProps) {
  if (providers.length === 0) return null;
  return (
    <div className="mt-6 flex flex-col gap-2 border-t border-line pt-6">
      {providers.map(({ id, name }) => (
        <Button key={id} asChild size="lg" className="w-full">
          <a href={providerSignInUrl(id, { returnTo, invitation })}>Continue with {name}</a>
        </Button>
      ))}
    </div>
  );
}
