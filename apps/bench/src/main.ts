console.log("@dest/bench: nothing here yet");
