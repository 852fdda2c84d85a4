import { Callout, Checkbox, Field, Input, Select, Switch, Textarea, type SelectOption } from "@mindmesh/ui";
import ShieldAlert from "lucide-react/icons/shield-alert";
import type { ReactNode } from "react";
import { Controller, useWatch, type FieldPath } from "react-hook-form";
import { PasswordInput } from "../../../identity/password-input.tsx";
import type { NetworkEngine, PlaceForm, PlaceValues } from "./place-values.ts";

const tlsOptions: SelectOption[] = [
  { value: "verify", label: "Verified", hint: "Encrypted, and the certificate must be the host's." },
  {
    value: "require",
    label: "Encrypted",
    hint: "With any certificate: nobody can listen, but somebody could pretend.",
  },
  { value: "prefer", label: "Encrypted if possible", hint: "Plain where the server has no TLS." },
  { value: "off", label: "Plain", hint: "Only inside a network that you trust." },
];

const databaseHints: Record<NetworkEngine, string> = {
  postgres: "Empty: the one that is called like the user.",
  mysql: "Empty: all that the user may see.",
  mssql: "Empty: the login's own.",
};

type PlaceFieldsProps = {
  form: PlaceForm;
  engine: NetworkEngine;
  /** What the server keeps already, so that an empty field means "as it is". */
  kept: { hasPassword: boolean; hasSshSecret: boolean } | null;
  /** Owns the server, and so may open its private network. */
  mayAllowPrivate: boolean;
};

/** Where a database on the network is, and the login. */
export function PlaceFields({ form, engine, kept, mayAllowPrivate }: PlaceFieldsProps) {
  const useSsh = useWatch({ control: form.control, name: "useSsh" });
  const tls = useWatch({ control: form.control, name: "network.tls" });
  const { errors } = form.formState;
  const network = errors.network;
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-[1fr_7rem] gap-3">
        <Field
          label="Host"
          error={network?.host?.message}
          hint={
            useSsh ? "As the SSH host sees it, such as 127.0.0.1." : "A name or an address, such as db.example.com."
          }
        >
          <PlainInput form={form} name="network.host" inputMode="url" />
        </Field>
        <Field label="Port" error={network?.port?.message}>
          <PlainInput form={form} name="network.port" inputMode="numeric" />
        </Field>
      </div>
      <PrivateAddress form={form} mayAllow={mayAllowPrivate} />
      <Field label="Database" error={network?.database?.message} hint={databaseHints[engine]}>
        <PlainInput form={form} name="network.database" />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="User" error={network?.user?.message} hint="Best one that can only read.">
          <PlainInput form={form} name="network.user" />
        </Field>
        <SecretField form={form} name="secret.password" label="Password" kept={kept?.hasPassword} />
      </div>
      <Controller
        control={form.control}
        name="network.tls"
        render={({ field }) => (
          <Field label="Encryption (TLS)" error={network?.tls?.message}>
            <Select options={tlsOptions} value={field.value} onValueChange={field.onChange} />
          </Field>
        )}
      />
      {tls === "verify" ? (
        <LongField
          form={form}
          name="network.certificateAuthority"
          label="Certificate authority"
          hint="PEM, for a server whose certificate is signed by an authority of your own. Empty: those that this system trusts."
          error={network?.certificateAuthority?.message}
        />
      ) : null}
      <Controller
        control={form.control}
        name="useSsh"
        render={({ field }) => (
          <Switch
            label="Through an SSH tunnel"
            hint="For a database that only another machine can reach."
            checked={field.value}
            onCheckedChange={field.onChange}
          />
        )}
      />
      {useSsh ? <SshFields form={form} kept={kept?.hasSshSecret} /> : null}
    </div>
  );
}

function SshFields({ form, kept }: { form: PlaceForm; kept: boolean | undefined }) {
  const { errors } = form.formState;
  const ssh = errors.network?.ssh;
  return (
    <fieldset className="flex flex-col gap-4 rounded-md border border-line p-4">
      <legend className="sr-only">SSH tunnel</legend>
      <div className="grid grid-cols-[1fr_7rem] gap-3">
        <Field label="SSH host" error={ssh?.host?.message}>
          <PlainInput form={form} name="network.ssh.host" inputMode="url" />
        </Field>
        <Field label="SSH port" error={ssh?.port?.message}>
          <PlainInput form={form} name="network.ssh.port" inputMode="numeric" />
        </Field>
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="SSH user" error={ssh?.user?.message}>
          <PlainInput form={form} name="network.ssh.user" />
        </Field>
        <SecretField form={form} name="secret.sshPassword" label="SSH password" kept={kept} />
      </div>
      <LongField
        form={form}
        name="secret.sshPrivateKey"
        label="Private key"
        hint={
          kept
            ? "Kept. Paste another one to change it."
            : "In place of a password: what stands in a file such as id_ed25519."
        }
        error={errors.secret?.sshPrivateKey?.message}
      />
      <SecretField form={form} name="secret.sshPassphrase" label="Passphrase of the key" kept={kept} />
      <Field
        label="Key of the SSH host"
        error={ssh?.hostKey?.message}
        hint="Empty: the test shows what the host has, for you to compare and confirm."
      >
        <PlainInput form={form} name="network.ssh.hostKey" placeholder="SHA256:…" className="font-mono" />
      </Field>
    </fieldset>
  );
}

function PrivateAddress({ form, mayAllow }: { form: PlaceForm; mayAllow: boolean }) {
  const error = form.formState.errors.privateAllowed?.message;
  if (mayAllow) {
    return (
      <Controller
        control={form.control}
        name="privateAllowed"
        render={({ field }) => (
          <div className="flex flex-col gap-2">
            {error ? <Refused>{error}</Refused> : null}
            <Checkbox
              label="This address is in the private network"
              hint="Lets this one connection reach addresses such as 10.0.0.5 or this machine itself. Only you, as the owner of the server, can."
              checked={field.value}
              onCheckedChange={(checked) => {
                field.onChange(checked === true);
                form.clearErrors("privateAllowed");
              }}
            />
          </div>
        )}
      />
    );
  }
  return error ? <Refused>{error}</Refused> : null;
}

const Refused = ({ children }: { children: ReactNode }) => (
  <Callout tone="danger" icon={<ShieldAlert aria-hidden="true" />}>
    {children}
  </Callout>
);

type PlainInputProps = {
  form: PlaceForm;
  name: FieldPath<PlaceValues>;
  inputMode?: "url" | "numeric";
  placeholder?: string;
  className?: string;
};

function PlainInput({ form, name, ...rest }: PlainInputProps) {
  return <Input {...form.register(name)} autoComplete="off" autoCapitalize="none" spellCheck={false} {...rest} />;
}

type SecretFieldProps = {
  form: PlaceForm;
  name: "secret.password" | "secret.sshPassword" | "secret.sshPassphrase";
  label: string;
  kept: boolean | undefined;
};

function SecretField({ form, name, label, kept }: SecretFieldProps) {
  const [, own] = name.split(".") as ["secret", keyof PlaceValues["secret"]];
  return (
    <Field
      label={label}
      error={form.formState.errors.secret?.[own]?.message}
      hint={kept ? "Kept. Type another one to change it." : undefined}
    >
      <PasswordInput
        {...form.register(name)}
        autoComplete="new-password"
        placeholder={kept ? "••••••••" : undefined}
        data-1p-ignore
      />
    </Field>
  );
}

type LongFieldProps = {
  form: PlaceForm;
  name: "network.certificateAuthority" | "secret.sshPrivateKey";
  label: string;
  hint: string;
  error: string | undefined;
};

function LongField({ form, name, label, hint, error }: LongFieldProps) {
  return (
    <Controller
      control={form.control}
      name={name}
      render={({ field }) => (
        <Field label={label} hint={hint} error={error}>
          <Textarea
            rows={3}
            maxRows={6}
            value={field.value}
            onChange={field.onChange}
            onBlur={field.onBlur}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            className="font-mono text-xs"
          />
        </Field>
      )}
    />
  );
}
