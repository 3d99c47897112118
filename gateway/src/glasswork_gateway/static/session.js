"use strict";

const state = document.getElementById("state");
const form = document.getElementById("sign-in");

async function exchange(shown) {
  const answer = await fetch("/api/v1/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(shown),
  });
  if (!answer.ok) throw new Error((await answer.json()).detail);
}

async function show() {
  const signedIn = (await fetch("/api/v1/openapi.json", { method: "HEAD" })).status !== 401;
  form.hidden = signedIn;
  const health = await (await fetch("/api/v1/health")).json();
  state.textContent = `The API is up at /api/v1: ${health.status}. ` + (signedIn ? "You are signed in." : "Please sign in.");
}

async function begin() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  // Out of the address bar at once: the code is good only once, but an address is easily shared.
  if (code) history.replaceState(null, "", location.pathname);
  try {
    if (code) await exchange({ code });
  } catch {
    // An old code: the form is there.
  }
  await show();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await exchange({ token: document.getElementById("token").value.trim() });
    await show();
  } catch (error) {
    state.textContent = error.message;
  }
});

begin();
