import { type FormEvent, useState } from "react";
import { messageOf } from "@/api/problem";
import { Button } from "@/design/Button";
import controls from "@/design/controls.module.css";
import { TextField } from "@/design/TextField";
import { text } from "@/text/text";
import styles from "./app.module.css";

export function SignIn({ onSignIn }: { onSignIn: (token: string) => Promise<void> }) {
  const [token, setToken] = useState("");
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setTrouble("");
    await onSignIn(token).catch((error: unknown) => setTrouble(messageOf(error)));
    setBusy(false);
  };
  return (
    <main className={styles["signIn"]}>
      <form onSubmit={submit}>
        <img src="/icon.svg" alt="" width={40} height={40} />
        <h1>{text("signIn.title")}</h1>
        <p>{text("signIn.hint")}</p>
        <div>
          <label className={controls["label"]} htmlFor="token">
            {text("signIn.token")}
          </label>
          <TextField
            id="token"
            type="password"
            autoComplete="current-password"
            required
            value={token}
            aria-invalid={trouble !== "" || undefined}
            aria-describedby="token-trouble"
            onChange={(event) => setToken(event.target.value)}
          />
          <p id="token-trouble" role="alert" className={styles["trouble"]}>
            {trouble}
          </p>
        </div>
        <Button type="submit" look="primary" disabled={busy || !token.trim()}>
          {busy ? text("signIn.checking") : text("signIn.go")}
        </Button>
        <p className={styles["where"]}>
          {text("signIn.where")} <code>glasswork token</code>
        </p>
      </form>
    </main>
  );
}
