import { useQuery } from "@tanstack/react-query";
import { LinkError } from "../../identity/link-error.tsx";
import { ListSkeleton, Loaded } from "../parts/loaded.tsx";
import { useFilters } from "../use-filters.ts";
import { DevicesSection } from "./devices-section.tsx";
import { LinkedSignInsSection } from "./linked-sign-ins-section.tsx";
import { PasswordSection } from "./password-section.tsx";
import { securityQuery } from "./queries.ts";
import { SecondFactorSection } from "./second-factor-section.tsx";

export function SecurityPage() {
  const [{ error }] = useFilters();
  return (
    <Loaded query={useQuery(securityQuery)} skeleton={<ListSkeleton className="mt-6" />}>
      {(security) => (
        <>
          {error === undefined ? null : (
            <div className="mt-6">
              <LinkError code={error} />
            </div>
          )}
          <PasswordSection hasPassword={security.hasPassword} />
          <SecondFactorSection secondFactor={security.secondFactor} />
          <LinkedSignInsSection security={security} />
          <DevicesSection />
        </>
      )}
    </Loaded>
  );
}
