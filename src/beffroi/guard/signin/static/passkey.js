// Passkeys (Web Authentication level 3): asks the authenticator, puts its answer in the form, sends the form.
"use strict";

const bytes = (text) => {
  const padded = text.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (text.length % 4)) % 4);
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
};

const text = (buffer) => {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

const withBytes = (credential) => ({ ...credential, id: bytes(credential.id) });

const read = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(options.user && { user: withBytes(options.user) }),
  ...(options.allowCredentials && { allowCredentials: options.allowCredentials.map(withBytes) }),
  ...(options.excludeCredentials && { excludeCredentials: options.excludeCredentials.map(withBytes) }),
});

const write = ({ id, rawId, type, response }) => {
  const answer = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    answer.attestationObject = text(response.attestationObject);
    answer.transports = response.getTransports ? response.getTransports() : [];
  } else {
    answer.authenticatorData = text(response.authenticatorData);
    answer.signature = text(response.signature);
    if (response.userHandle) answer.userHandle = text(response.userHandle);
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: answer, clientExtensionResults: {} });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failure = form.querySelector(".passkey-failure");
    const button = form.querySelector("button");
    failure.hidden = true;
    button.disabled = true;
    try {
      const publicKey = read(JSON.parse(form.dataset.options));
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.answer.value = write(credential);
      form.submit();
    } catch {
      failure.hidden = false;
      button.disabled = false;
    }
  });
}
