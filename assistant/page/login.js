// Signing in: after that the page that was asked for is there, at the same address.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("#sign-in form");
  const told = document.getElementById("told");
  const { name, password } = form.elements;

  async function signIn() {
    const answer = await fetch("/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name: name.value, password: password.value }),
    });
    if (answer.ok) return;
    const text = await answer.text();
    let why = text.trim();
    try {
      why = JSON.parse(text).detail ?? why;
    } catch {
      // a refusal in plain words
    }
    throw new Error(why || `The page answered ${answer.status}.`);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    told.textContent = "";
    try {
      await signIn();
      location.reload();
    } catch (error) {
      told.textContent = error instanceof TypeError ? "The page does not answer: is Clippings still running?" : error.message;
      password.select();
    } finally {
      button.disabled = false;
    }
  });
});
